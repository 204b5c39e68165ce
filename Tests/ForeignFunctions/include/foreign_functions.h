/* Functions that know nothing of the library, to be made operators of graphs in tests. */
#ifndef FOREIGN_FUNCTIONS_H
#define FOREIGN_FUNCTIONS_H

typedef void (*foreign_function)(void);

/* The function of this name in foreign_functions.c, whatever its type; NULL where there is none. */
foreign_function foreign_function_named(const char *name);

#endif
