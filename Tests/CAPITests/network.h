/* ONNX files written byte by byte. */
#ifndef NETWORK_H
#define NETWORK_H

#include "check.h"

/* Enough of the protobuf wire format for an ONNX file: https://protobuf.dev/programming-guides/encoding/ */
typedef struct message {
  uint8_t bytes[1200];
  size_t count;
} message;

static inline void put(message *to, unsigned field, const void *bytes, size_t count) {
  to->bytes[to->count++] = (uint8_t)(field << 3 | 2);
  if (count > 127) to->bytes[to->count++] = (uint8_t)(count & 127) | 128;
  to->bytes[to->count++] = (uint8_t)(count > 127 ? count >> 7 : count);
  memcpy(to->bytes + to->count, bytes, count);
  to->count += count;
}

static inline void put_text(message *to, unsigned field, const char *text) { put(to, field, text, strlen(text)); }
static inline void put_message(message *to, unsigned field, const message *part) {
  put(to, field, part->bytes, part->count);
}

static inline void put_number(message *to, unsigned field, uint8_t number) {
  to->bytes[to->count++] = (uint8_t)(field << 3);
  to->bytes[to->count++] = number;
}

/* ValueInfoProto: float, (N, 3) or (3). */
static inline message value_info(const char *name, int has_batch) {
  message batch = {.count = 0}, three = batch, shape = batch, tensor = batch, type = batch, info = batch;
  put_text(&batch, 2, "N");
  put_number(&three, 1, 3);
  if (has_batch) put_message(&shape, 1, &batch);
  put_message(&shape, 1, &three);
  put_number(&tensor, 1, 1);
  put_message(&tensor, 2, &shape);
  put_message(&type, 1, &tensor);
  put_text(&info, 1, name);
  put_message(&info, 2, &type);
  return info;
}

static inline void put_node(message *graph, const char *operation, const char *a, const char *b, const char *output) {
  message node = {.count = 0};
  put_text(&node, 1, a);
  if (b) put_text(&node, 1, b);
  put_text(&node, 2, output);
  put_text(&node, 4, operation);
  put_message(graph, 1, &node);
}

/* ModelProto: a graph in opset 13, and a note under a key of ours. */
static inline message model_of(const message *graph) {
  message opset = {.count = 0}, pair = opset, model = opset;
  put_number(&opset, 2, 13);
  put_text(&pair, 1, "facenet.note");
  put_text(&pair, 2, "na\xC3\xAFve");
  put_number(&model, 1, 8);
  put_message(&model, 7, graph);
  put_message(&model, 8, &opset);
  put_message(&model, 14, &pair);
  return model;
}

#endif
