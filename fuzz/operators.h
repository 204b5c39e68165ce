/* An attached plugin that offers an operator of which everything may be wrong. What it describes is not called here:
 * the tests of operators (OperatorTextFuzzTests) do that. */
#include "arguments.h"

#include <facenet_plugin.h>

static _Thread_local struct {
  facenet_operator operator;
  const char *name;
  int twice;
} offer;

static void does_nothing(void) {}

/* An entry that has succeeded once is not run again, so there are some. */
static facenet_status offering(const facenet_host *host, facenet_registrar *registrar, const char *name) {
  facenet_plugin_description description = {sizeof description, FACENET_PLUGIN_ABI, name, "1", "MIT"};
  facenet_status status = host->describe(registrar, &description);
  for (int i = 0; i <= offer.twice && !status; i++)
    status = host->add_operator(registrar, offer.name, &offer.operator, (void *)&offer);
  return status;
}

#define ENTRY(letter) \
  static facenet_status entry_##letter(const facenet_host *host, facenet_registrar *registrar) { \
    return offering(host, registrar, "fuzz-" #letter); \
  }
ENTRY(a) ENTRY(b) ENTRY(c) ENTRY(d) ENTRY(e) ENTRY(f) ENTRY(g) ENTRY(h)

/* One of some texts, with characters of an alphabet put in its place or behind it. */
static const char *any_text(caller *c, const char *const *texts, size_t count, const char *alphabet) {
  dice *dice = &c->dice;
  if (happens(dice, 2)) return NULL;
  const char *text = texts[below(dice, count)];
  size_t length = strlen(text), more = happens(dice, 50) ? 0 : happens(dice, 90) ? below(dice, 6) : below(dice, 3000);
  char *result = lend(c, length + more + 1);
  memcpy(result, text, length);
  for (size_t i = length; i < length + more; i++) result[i] = alphabet[below(dice, strlen(alphabet))];
  result[length + more] = 0;
  while (more && length && happens(dice, 40)) result[below(dice, length)] = alphabet[below(dice, strlen(alphabet))];
  return result;
}

#define ANY_TEXT(c, alphabet, ...)                                      \
  any_text(c, (const char *const[]){__VA_ARGS__},                       \
           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), alphabet)

static void plugin_attach(caller *c) {
  static facenet_plugin_entry_function *const entries[] = {entry_a, entry_b, entry_c, entry_d,
                                                           entry_e, entry_f, entry_g, entry_h};
  dice *dice = &c->dice;
  facenet_plugin_entry_function *entry = happens(dice, 2) ? NULL : ONE_OF(dice, entries);
  offer.twice = happens(dice, 10);
  offer.name = ANY_TEXT(c, "aZ9_-:.\x80", "Scaled", "Relu", "");
  offer.operator = (facenet_operator){.struct_size = sizeof offer.operator, .version = 1};
  if (happens(dice, 5)) offer.operator.struct_size = any_uint32(dice) % sizeof offer.operator;
  if (happens(dice, 5)) offer.operator.flags = any_uint32(dice);
  if (happens(dice, 10)) offer.operator.version = (int64_t)roll(dice);
  offer.operator.domain = ANY_TEXT(c, "az.-_:\xFF", "com.example", "ai.onnx", "");
  offer.operator.signature = ANY_TEXT(c, "XYSTZnmcsrdhfgikpw*!=0123.- \x01", "XYnf", "*=YXwS", "=wT wn X wk1",
                                      "!XSY n1 wm0 d0.1", "");
  offer.operator.attributes = ANY_TEXT(c, "ab=,.0123-+e_ ", "alpha=0.25", "alpha,beta=3", "");
  offer.operator.shape = ANY_TEXT(c, "=[];,.+-*/0123abc ", "=0", "[0.0,2*0.1+1]", "=0;[]");
  offer.operator.function = happens(dice, 5) ? NULL : does_nothing;
  offer.operator.gradient = ANY_TEXT(c, "aZ9_-", "ScaledGradient");
  facenet_status status = facenet_plugin_attach(entry);
  if (status != FACENET_PLUGIN_FAILED) succeeded(c, status);
}
