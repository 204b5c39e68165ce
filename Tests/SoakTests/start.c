/* With -DLINKED it needs the library and asks its version; without, it does nothing. */
#ifdef LINKED
#include <facenet.h>
int main(void) { return facenet_version() == 0; }
#else
int main(void) { return 0; }
#endif
