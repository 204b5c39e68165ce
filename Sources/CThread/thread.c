#include "thread.h"

static _Thread_local facenet_thread thread;
static _Thread_local char error[facenet_error_capacity];
static _Thread_local char plugin_message[facenet_error_capacity];

facenet_thread *facenet_this_thread(void) { return &thread; }

char *facenet_error_buffer(void) { return error; }

char *facenet_plugin_message_buffer(void) { return plugin_message; }
