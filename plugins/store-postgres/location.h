/* A gallery's location: a connection URI of PostgreSQL, with the gallery's name: postgres://host/db?gallery=office */
#ifndef LOCATION_H
#define LOCATION_H

/* Bytes of a gallery's name, and the zero. */
#define GALLERY_CAPACITY 129

typedef struct location {
  char *uri;                      /* for libpq: without the gallery; to be freed */
  char gallery[GALLERY_CAPACITY]; /* "default" where none is named */
} location;

/* NULL, or why the text is no location; it has no password of the text's. */
const char *location_read(location *out, const char *text);

#endif
