/* From nothing to the first result: start MODEL.onnx INPUT.bin COUNT CHANNELS HEIGHT WIDTH
 * Reads the network, runs it once on the floats of the file, and says how much memory that took at most. */
#include <facenet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(facenet_status status) {
  if (status == FACENET_OK) return;
  fprintf(stderr, "start: %s\n", facenet_error_message());
  exit(1);
}

static float *read_floats(const char *path, size_t count) {
  FILE *file = fopen(path, "rb");
  float *values = malloc(count * sizeof *values);
  if (!file || !values || fread(values, sizeof *values, count, file) != count) {
    fprintf(stderr, "start: %s cannot be read\n", path);
    exit(1);
  }
  fclose(file);
  return values;
}

/* The most memory this process ever had in use, in megabytes. */
static double peak_memory(void) {
  char line[256];
  double kilobytes = 0;
  FILE *file = fopen("/proc/self/status", "r");
  while (file && fgets(line, sizeof line, file))
    if (!strncmp(line, "VmHWM:", 6)) kilobytes = atof(line + 6);
  if (file) fclose(file);
  return kilobytes / 1024;
}

int main(int argc, char **argv) {
  if (argc != 7) return 2;
  size_t shape[4], count = 1;
  for (int i = 0; i < 4; i++) count *= shape[i] = strtoul(argv[3 + i], NULL, 10);
  facenet_model *model;
  facenet_session *session;
  facenet_tensor input = {read_floats(argv[2], count), shape, 4, FACENET_FLOAT32}, output;
  check(facenet_model_open(argv[1], &model));
  check(facenet_session_new(model, NULL, &session));
  check(facenet_session_run(session, &input, 1));
  check(facenet_session_output(session, 0, &output));
  printf("benchmark {\"memory\": %.3f, \"value\": %g}\n", peak_memory(), ((const float *)output.values)[0]);
  return 0;
}
