/* Plugins that are refused, and one that is not: ENTRY says which, NAME what the plugin is called. */
#include <facenet_plugin.h>
#include <stdlib.h>
#include <string.h>

#define GOOD 0
#define FAILS 1
#define OTHER_ABI 2
#define ADDS_NOTHING 3
#define DOES_NOT_DESCRIBE 4
#define ADDS_FIRST 5
#define ADDS_TWICE 6
#define TAKEN_NAME 7
#define IGNORES_REFUSAL 8
#define NO_DETECT 9
#define SHORT_TABLE 10
#define UNKNOWN_FIELD 11
#define UNKNOWN_FLAG 12
#define BAD_NAME 13
#define LONG_NAME 14
#define BAD_VERSION 15
#define DESCRIBES_TWICE 16
#define CRASHES 17
#define STRANGE_STATUS 18
#define NULL_DESCRIPTION 19
#define NULL_TABLE 20
#define UNSUPPORTED_KIND 21
#define ABORTS 22
#define STOPS 23
#define RUBBISH 24

static facenet_status detect(void *self, const facenet_image *image, facenet_face *faces, size_t capacity, size_t *count) {
  (void)self, (void)image, (void)faces, (void)capacity;
  *count = 0;
  return FACENET_OK;
}

static facenet_status create(void *component, uint32_t dimension, const facenet_index_options *options, void **self) {
  (void)component, (void)dimension, (void)options, (void)self;
  return FACENET_UNSUPPORTED;
}

facenet_status facenet_plugin_entry(const facenet_host *host, facenet_registrar *registrar) {
  facenet_plugin_description description = {sizeof description, FACENET_PLUGIN_ABI, NAME, "1.0", "MIT"};
  struct {
    facenet_detector_methods known;
    void *more;
  } methods = {{sizeof methods.known, 0, NULL, detect, NULL}, NULL};
  facenet_index_methods index = {.struct_size = sizeof index, .open = create};
  char letters[100], *volatile nowhere = NULL;
  memset(letters, 'a', sizeof letters);
  if (ENTRY == CRASHES) *(volatile char *)nowhere = 1;
  if (ENTRY == ABORTS) abort();
  if (ENTRY == STOPS) exit(3);
  if (ENTRY == RUBBISH) {
    memset(&methods, 0xA5, sizeof methods);
    memset(&description, 0xA5, sizeof description);
    description.struct_size = UINT32_MAX;
  }
  if (ENTRY == OTHER_ABI) description.abi = 7;
  if (ENTRY == BAD_NAME) description.name = "Not A Name";
  if (ENTRY == LONG_NAME) description.name = letters;
  if (ENTRY == BAD_VERSION) description.version = "";
  if (ENTRY == NO_DETECT) methods.known.detect = NULL;
  if (ENTRY == SHORT_TABLE) methods.known.struct_size = 8;
  if (ENTRY == UNKNOWN_FLAG) methods.known.flags = 6;
  if (ENTRY == UNKNOWN_FIELD) methods.more = letters, methods.known.struct_size = sizeof methods;
  if (ENTRY == FAILS) {
    host->describe(registrar, &description);
    host->add_detector(registrar, NAME, &methods.known, NULL);
    return host->fail(FACENET_NOT_FOUND, "there is no such camera");
  }
  facenet_status status = FACENET_OK;
  if (ENTRY != DOES_NOT_DESCRIBE && ENTRY != ADDS_FIRST)
    status = host->describe(registrar, ENTRY == NULL_DESCRIPTION ? NULL : &description);
  if (status == FACENET_OK && ENTRY == DESCRIBES_TWICE) status = host->describe(registrar, &description);
  if (status != FACENET_OK || ENTRY == ADDS_NOTHING || ENTRY == DOES_NOT_DESCRIBE) return status;
  if (ENTRY == UNSUPPORTED_KIND) return host->add_index(registrar, NAME, &index, NULL);
  status = host->add_detector(registrar, ENTRY == TAKEN_NAME ? "retinaface" : NAME, ENTRY == NULL_TABLE ? NULL : &methods.known, NULL);
  if (ENTRY == ADDS_TWICE) status = host->add_detector(registrar, NAME, &methods.known, NULL);
  if (ENTRY == IGNORES_REFUSAL) host->add_detector(registrar, "retinaface", &methods.known, NULL);
  return ENTRY == STRANGE_STATUS ? 77 : status;
}
