#include "records.h"

#include <stdlib.h>
#include <string.h>

#include "link.h"

/* A statement's records and their bytes: one large record may have more. */
#define MOST_RECORDS 4096u
#define MOST_BYTES ((size_t)4 << 20)

/* Bytes before the elements: how many dimensions, whether there are NULLs, the elements' type, how many, the first's
 * number. */
#define HEADER 20

static unsigned char *put(unsigned char *at, uint32_t number) {
  for (int i = 0; i < 4; i++) at[i] = (unsigned char)(number >> (24 - 8 * i));
  return at + 4;
}

static unsigned char *put_header(unsigned char *at, int has_nulls, uint32_t type, size_t count) {
  at = put(put(put(at, 1), (uint32_t)has_nulls), type);
  return put(put(at, (uint32_t)count), 1);
}

/* How many records fit, and how many bytes they have. */
static size_t measure(const facenet_record *records, size_t count, size_t *bytes) {
  size_t fit = 0;
  *bytes = 0;
  while (fit < count && fit < MOST_RECORDS && (fit == 0 || *bytes + records[fit].count <= MOST_BYTES)) {
    *bytes += records[fit++].count;
  }
  return fit;
}

int packed_make(packed_records *out, const facenet_record *records, size_t count) {
  size_t bytes = 0;
  out->count = measure(records, count, &bytes);
  out->keys_size = HEADER + out->count * 12;
  out->bytes_size = HEADER + out->count * 4 + bytes;
  out->keys = malloc(out->keys_size);
  out->bytes = malloc(out->bytes_size);
  if (!out->keys || !out->bytes) return 0;
  unsigned char *key = put_header(out->keys, 0, 20, out->count);
  unsigned char *at = put_header(out->bytes, 1, 17, out->count);
  for (const facenet_record *record = records; record < records + out->count; record++) {
    number_parameter(record->key, put(key, 8));
    key += 12;
    at = put(at, record->bytes ? (uint32_t)record->count : UINT32_MAX);
    if (record->bytes) memcpy(at, record->bytes, record->count);
    at += record->bytes ? record->count : 0;
  }
  return 1;
}

void packed_free(packed_records *packed) {
  free(packed->keys);
  free(packed->bytes);
}
