// A plugin in C++ whose code throws, in its entry with IN_ENTRY: the exception is caught at its border and becomes a
// status.
#include <facenet_plugin.h>
#include <stdexcept>

static const facenet_host *host;

static facenet_status detect(void *, const facenet_image *image, facenet_face *, size_t, size_t *count) {
  try {
    if (image->width > 1) throw std::runtime_error("the picture is wider than a pixel");
    *count = 0;
    return FACENET_OK;
  } catch (const std::exception &error) {
    return host->fail(FACENET_UNSUPPORTED, error.what());
  }
}

extern "C" facenet_status facenet_plugin_entry(const facenet_host *given, facenet_registrar *registrar) {
  host = given;
  facenet_plugin_description description = {sizeof description, FACENET_PLUGIN_ABI, IN_ENTRY ? "throws-in-entry" : "throws", "1.0", "MIT"};
  facenet_detector_methods methods = {};
  methods.struct_size = sizeof methods;
  methods.detect = detect;
  try {
    facenet_status status = host->describe(registrar, &description);
    if (status == FACENET_OK) status = host->add_detector(registrar, IN_ENTRY ? "throws-in-entry" : "throws", &methods, nullptr);
    if (IN_ENTRY) throw std::out_of_range("there are fewer cameras");
    return status;
  } catch (const std::exception &error) {
    return host->fail(FACENET_NOT_FOUND, error.what());
  }
}
