#include "location.h"

#include <stdlib.h>
#include <string.h>

static const char parameter[] = "gallery=";

static int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Writes a value of the URI to the gallery's name. */
static const char *read_gallery(location *out, const char *value, size_t count) {
  size_t used = 0;
  for (size_t i = 0; i < count; i++) {
    int c = (unsigned char)value[i];
    if (c == '%') {
      int high = count - i > 2 ? digit(value[i + 1]) : -1;
      int low = high >= 0 ? digit(value[i + 2]) : -1;
      if (low < 0) return "the gallery's name in its location ends in the middle of a %";
      c = high * 16 + low;
      i += 2;
    }
    if (c < 0x20 || c == 0x7F) return "the gallery's name in its location has a control character";
    if (used + 1 >= GALLERY_CAPACITY) return "the gallery's name in its location has more than 128 bytes";
    out->gallery[used++] = (char)c;
  }
  out->gallery[used] = 0;
  return used ? NULL : "the gallery's name in its location is empty";
}

const char *location_read(location *out, const char *text) {
  *out = (location){.gallery = "default"};
  const char *colon = strchr(text, ':');
  if (!colon || strncmp(colon, "://", 3)) return "its location is not postgres://HOST/DATABASE?gallery=NAME";
  out->uri = malloc(strlen(text) + 1);
  if (!out->uri) return "there is no memory";
  const char *question = strchr(text, '?');
  size_t used = question ? (size_t)(question - text) : strlen(text);
  memcpy(out->uri, text, used);
  char separator = '?';
  while (question && question[1]) {
    const char *start = question + 1;
    size_t count = strcspn(start, "&");
    if (!strncmp(start, parameter, sizeof parameter - 1)) {
      const char *why = read_gallery(out, start + sizeof parameter - 1, count - (sizeof parameter - 1));
      if (why) return why;
    } else {
      out->uri[used++] = separator;
      memcpy(out->uri + used, start, count);
      used += count;
      separator = '&';
    }
    question = start[count] ? start + count : NULL;
  }
  out->uri[used] = 0;
  return NULL;
}
