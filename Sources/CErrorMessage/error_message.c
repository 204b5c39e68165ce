#include "error_message.h"

static _Thread_local char buffer[facenet_error_capacity];

char *facenet_error_buffer(void) { return buffer; }
