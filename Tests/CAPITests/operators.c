/* Operators of a plugin that is part of this program: C functions that models call. */
#include "network.h"

#include <facenet_plugin.h>
#include <stdlib.h>

static const facenet_host *host;

static void scaled_sum(const float *a, const float *b, float *y, int n, double scale) {
  for (int i = 0; i < n; i++) y[i] = (float)(a[i] + scale * b[i]);
}

static facenet_status shifted(void *component, const float *x, float *y, size_t n, const int64_t *shape, size_t rank) {
  if (rank != 2 || shape[1] != 3) return host->fail(FACENET_UNSUPPORTED, "three columns are wanted");
  for (size_t i = 0; i < n; i++) y[i] = x[i] + *(const float *)component;
  return FACENET_OK;
}

/* The graph y = operation(x, b) or operation(x), in version 2 of the domain. */
static message network(const char *domain, const char *operation, int inputs) {
  message graph = {.count = 0}, node = graph, opset = graph, x = value_info("x", 1), y = value_info("y", 1);
  put_text(&node, 1, "x");
  if (inputs == 2) put_text(&node, 1, "x");
  put_text(&node, 2, "y");
  put_text(&node, 4, operation);
  put_text(&node, 7, domain);
  put_message(&graph, 1, &node);
  put_text(&graph, 2, "small");
  put_message(&graph, 11, &x);
  put_message(&graph, 12, &y);
  put_text(&opset, 1, domain);
  put_number(&opset, 2, 2);
  message model = model_of(&graph);
  put_message(&model, 8, &opset);
  return model;
}

static facenet_status run(const char *domain, const char *operation, int inputs, float *y) {
  static const float x[6] = {-1, 2, -3, 4, -5, 6};
  static const size_t shape[2] = {2, 3};
  const facenet_tensor input = {x, shape, 2, FACENET_FLOAT32};
  message bytes = network(domain, operation, inputs);
  facenet_model *model = NULL;
  facenet_session *session = NULL;
  facenet_tensor output;
  facenet_status status = facenet_model_decode(bytes.bytes, bytes.count, &model);
  if (!status) status = facenet_session_new(model, NULL, &session);
  if (!status) status = facenet_session_run(session, &input, 1);
  if (!status) status = facenet_session_output(session, 0, &output);
  if (!status) memcpy(y, output.values, 6 * sizeof *y);
  facenet_session_free(session);
  facenet_model_free(model);
  return status;
}

static facenet_operator good(void) {
  facenet_operator operator = {.struct_size = sizeof operator, .version = 2, .domain = "com.example"};
  operator.signature = "XXY wn g";
  operator.attributes = "scale=0.5";
  operator.function = (void (*)(void))scaled_sum;
  operator.gradient = "ScaledSumGradient";
  return operator;
}

static facenet_operator offered;
static const char *offered_name;

/* Adds one operator, whatever it is, and hides that it was refused. */
static facenet_status offer(const facenet_host *given, facenet_registrar *registrar) {
  facenet_plugin_description description = {sizeof description, FACENET_PLUGIN_ABI, "offering", "1", "MIT"};
  given->describe(registrar, &description);
  given->add_operator(registrar, offered_name, &offered, NULL);
  return FACENET_OK;
}

static void refused(const char *words) {
  CHECK_FAILS(facenet_plugin_attach(offer), FACENET_PLUGIN_FAILED, words);
  CHECK(strstr(facenet_error_message(), "the plugin offering"));
  offered = good();
  offered_name = "Offered";
}

static void a_description_that_breaks_the_rules_is_refused(void) {
  static char letters[2000];
  memset(letters, 'X', sizeof letters - 1);
  offered = good(), offered_name = NULL;
  refused("an operator's name is NULL");
  offered_name = "Bad-name";
  refused("an operator's name is not 1 to 64 letters, digits and \"_\"");
  offered_name = letters;
  refused("an operator's name is not 1 to 64");
  offered.function = NULL;
  refused("without a function");
  offered.domain = NULL;
  refused("the domain of the operator Offered is NULL");
  offered.domain = "";
  refused("the domain of the operator Offered is not 1 to 64");
  offered.domain = "com::example";
  refused("the domain of the operator Offered is not 1 to 64");
  offered.domain = "ai.onnx";
  refused("cannot be of the standard's domain ai.onnx");
  offered.version = 0;
  refused("has the version 0, 1 is the first");
  offered.version = INT64_MIN;
  refused("has the version -9223372036854775808, 1 is the first");
  offered.flags = 2;
  refused("sets flags 2 of the operator com.example::Offered that are none");
  offered.signature = NULL;
  refused("has no signature");
  offered.signature = letters;
  refused("the operator com.example::Offered: the signature is 257 bytes long, the limit is 256");
  offered.signature = "XXYwnq";
  refused("one of X Y S T Z n m c s r d h f g i k p w expected at character 6, got \"q\"");
  offered.signature = "XXYwn\xFF";
  refused("printable ASCII expected at character 6");
  offered.attributes = NULL;
  refused("the attributes \"\": 1 names, as \"XXY wn g\" has f, g and i, expected at character 1, got its end");
  offered.attributes = letters;
  refused("the attributes is 1025 bytes long");
  offered.shape = letters;
  refused("the shape rule is 1025 bytes long");
  offered.shape = "=2";
  refused("the number of one of 2 inputs expected at character 2, got \"2\"");
  offered.gradient = "no name";
  refused("a gradient's name is not 1 to 64");
}

static void a_structure_of_an_impossible_size_is_refused(void) {
  offered = good();
  offered.struct_size = 8;
  CHECK_FAILS(facenet_plugin_attach(offer), FACENET_INVALID_ARGUMENT, "struct_size is 8");
}

static facenet_status entry(const facenet_host *given, facenet_registrar *registrar) {
  static float by = 10;
  facenet_plugin_description description = {sizeof description, FACENET_PLUGIN_ABI, "operators", "1", "MIT"};
  facenet_operator sum = good(), shift = good();
  host = given;
  shift.flags = FACENET_ONE_THREAD;
  shift.signature = "!pXYn h0 r0";
  shift.attributes = shift.gradient = NULL;
  shift.function = (void (*)(void))shifted;
  facenet_status status = host->describe(registrar, &description);
  if (!status) status = host->add_operator(registrar, "ScaledSum", &sum, NULL);
  if (!status) status = host->add_operator(registrar, "Shifted", &shift, &by);
  memset(&sum, 0xA5, sizeof sum);
  return status;
}

static void a_model_uses_them(void) {
  float y[6];
  CHECK_FAILS(run("com.example", "ScaledSum", 2, y), FACENET_UNSUPPORTED,
              "unknown operator of the domain com.example: load the plugin that has it");
  size_t before = facenet_plugin_component_count();
  CHECK(facenet_plugin_attach(entry) == FACENET_OK);
  CHECK(facenet_plugin_component_count() == before + 2);
  facenet_component component;
  CHECK(facenet_plugin_component(before, &component) == FACENET_OK);
  CHECK(!strcmp(component.kind, "operator") && !strcmp(component.name, "com.example::ScaledSum"));
  static const float sums[6] = {-1.5, 3, -4.5, 6, -7.5, 9}, shifts[6] = {9, 12, 7, 14, 5, 16};
  CHECK(run("com.example", "ScaledSum", 2, y) == FACENET_OK && !memcmp(y, sums, sizeof y));
  CHECK(run("com.example", "Shifted", 1, y) == FACENET_OK && !memcmp(y, shifts, sizeof y));
  CHECK_FAILS(run("com.example", "ScaledSum", 1, y), FACENET_CORRUPT, "2 inputs wanted, got 1");
  CHECK_FAILS(run("com.example", "Absent", 1, y), FACENET_UNSUPPORTED, "Absent 'y': unknown operator");
  CHECK_FAILS(run("com.example.other", "ScaledSum", 2, y), FACENET_UNSUPPORTED, "domain com.example.other");
}

int main(void) {
  RUN(a_description_that_breaks_the_rules_is_refused);
  RUN(a_structure_of_an_impossible_size_is_refused);
  RUN(a_model_uses_them);
  FINISH();
}
