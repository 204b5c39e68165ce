/* Records as two arrays in PostgreSQL's binary format, which one statement takes: int8[] of keys, bytea[] of bytes. */
#ifndef RECORDS_H
#define RECORDS_H

#include <facenet_plugin.h>

typedef struct packed_records {
  unsigned char *keys, *bytes; /* to be freed by packed_free */
  size_t keys_size, bytes_size;
  size_t count; /* how many of the records these are */
} packed_records;

/* Packs the first records, as many as one statement should take. Returns 0 where there is no memory. */
int packed_make(packed_records *out, const facenet_record *records, size_t count);
void packed_free(packed_records *packed);

#endif
