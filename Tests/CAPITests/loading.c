/* Plugins as files: what is loaded, and what is refused in a sentence with the path and the reason.
 *
 * Usage: loading FOLDER   FOLDER: the shared objects that plugins/entries.c and plugins/throws.cpp were made into. */
#include "check.h"

#include <dirent.h>
#include <facenet_plugin.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *folder;

static const char *at(const char *name) {
  static char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return path;
}

static int has_detector(const char *name) {
  for (size_t i = 0; i < facenet_plugin_component_count(); i++) {
    facenet_component component;
    CHECK(facenet_plugin_component(i, &component) == FACENET_OK);
    if (!strcmp(component.kind, "detector") && !strcmp(component.name, name)) return 1;
  }
  return 0;
}

static void what_is_built_in_is_listed(void) {
  facenet_component component = {0};
  size_t count = facenet_plugin_component_count();
  CHECK(count > 0 && has_detector("retinaface") && !has_detector("good"));
  CHECK(facenet_plugin_component(0, &component) == FACENET_OK);
  CHECK(!strcmp(component.plugin, "") && !strcmp(component.file, "") && !strcmp(component.licence, "Apache-2.0"));
  CHECK_FAILS(facenet_plugin_component(count, &component), FACENET_INVALID_ARGUMENT, "position");
  CHECK_FAILS(facenet_plugin_component(SIZE_MAX, &component), FACENET_INVALID_ARGUMENT, "position");
  CHECK_FAILS(facenet_plugin_component(0, NULL), FACENET_INVALID_ARGUMENT, "out is NULL");
}

static void a_plugin_is_loaded_once(void) {
  size_t before = facenet_plugin_component_count();
  CHECK(facenet_plugin_load(at("good.so")) == FACENET_OK);
  CHECK(facenet_plugin_load(at("good.so")) == FACENET_OK);
  CHECK(facenet_plugin_component_count() == before + 1);
  facenet_component component = {0}, again = {0};
  CHECK(facenet_plugin_component(before, &component) == FACENET_OK);
  CHECK(!strcmp(component.kind, "detector") && !strcmp(component.name, "good") && !strcmp(component.plugin, "good"));
  CHECK(!strcmp(component.version, "1.0") && !strcmp(component.licence, "MIT"));
  CHECK(!strcmp(component.file + strlen(component.file) - strlen("/good.so"), "/good.so"));
  CHECK(facenet_plugin_component(before, &again) == FACENET_OK && again.name == component.name);
  facenet_detector *detector = NULL;
  CHECK(facenet_detector_open("good", NULL, &detector) == FACENET_OK);
  facenet_detector_free(detector);
}

/* Each is refused with its path and a reason, and leaves nothing behind. */
static void bad_plugins_are_refused(void) {
  static const struct {
    const char *file;
    facenet_status status;
    const char *reason;
  } bad[] = {
      {"fails.so", FACENET_NOT_FOUND, "there is no such camera"},
      {"other-abi.so", FACENET_UNSUPPORTED, "ABI 7"},
      {"adds-nothing.so", FACENET_PLUGIN_FAILED, "adds nothing"},
      {"does-not-describe.so", FACENET_PLUGIN_FAILED, "does not describe itself"},
      {"adds-first.so", FACENET_PLUGIN_FAILED, "before it describes itself"},
      {"adds-twice.so", FACENET_PLUGIN_FAILED, "twice"},
      {"taken-name.so", FACENET_INVALID_ARGUMENT, "retinaface is built in already"},
      {"ignores-refusal.so", FACENET_INVALID_ARGUMENT, "retinaface is built in already"},
      {"no-detect.so", FACENET_PLUGIN_FAILED, "detector's detect"},
      {"short-table.so", FACENET_INVALID_ARGUMENT, "struct_size is 8"},
      {"unknown-field.so", FACENET_UNSUPPORTED, "does not know"},
      {"unknown-flag.so", FACENET_PLUGIN_FAILED, "flags 6"},
      {"bad-name.so", FACENET_PLUGIN_FAILED, "its name"},
      {"long-name.so", FACENET_PLUGIN_FAILED, "its name"},
      {"bad-version.so", FACENET_PLUGIN_FAILED, "its version"},
      {"describes-twice.so", FACENET_PLUGIN_FAILED, "describes itself twice"},
      {"strange-status.so", FACENET_PLUGIN_FAILED, "status 77"},
      {"null-description.so", FACENET_PLUGIN_FAILED, "NULL"},
      {"null-table.so", FACENET_PLUGIN_FAILED, "NULL"},
      {"same-name.so", FACENET_INVALID_ARGUMENT, "a plugin good is loaded already"},
      {"no-entry.so", FACENET_PLUGIN_FAILED, "facenet_plugin_entry"},
      {"undefined.so", FACENET_IO, "nobody_has_this"},
      {"text.so", FACENET_CORRUPT, "not a shared object"},
      {"empty.so", FACENET_CORRUPT, "not a shared object"},
      {"throws-in-entry.so", FACENET_NOT_FOUND, "there are fewer cameras"},
      {"rubbish.so", FACENET_UNSUPPORTED, "ABI 2779096485"},
      {"pipe.so", FACENET_INVALID_ARGUMENT, "not a regular file"},
      {"folder.so", FACENET_INVALID_ARGUMENT, "not a regular file"},
      {"missing.so", FACENET_NOT_FOUND, "No such file"},
      {"good.so/below", FACENET_NOT_FOUND, "Not a directory"},
  };
  size_t before = facenet_plugin_component_count();
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    for (int twice = 0; twice < 2; twice++) {
      CHECK_FAILS(facenet_plugin_load(at(bad[i].file)), bad[i].status, bad[i].reason);
      CHECK(strstr(facenet_error_message(), bad[i].file));
    }
  }
  CHECK(facenet_plugin_component_count() == before);
  CHECK(!has_detector("fails") && !has_detector("ignores-refusal") && !has_detector("throws-in-entry"));
  CHECK_FAILS(facenet_plugin_load(NULL), FACENET_INVALID_ARGUMENT, "path is NULL");
  CHECK_FAILS(facenet_plugin_load(""), FACENET_NOT_FOUND, "No such file");
}

/* An interrupted copy is a sentence, wherever it ends: to map one would end the process. */
static void a_file_that_is_cut_short_is_refused(void) {
  DIR *files = opendir(at("cut"));
  int count = 0;
  for (struct dirent *file; (file = readdir(files)) != NULL;) {
    char name[300];
    if (!strstr(file->d_name, ".so")) continue;
    snprintf(name, sizeof name, "cut/%s", file->d_name);
    CHECK_FAILS(facenet_plugin_load(at(name)), FACENET_CORRUPT, "it is cut short");
    CHECK(strstr(facenet_error_message(), name));
    count++;
  }
  closedir(files);
  CHECK(count > 50);
}

static void what_anybody_may_write_is_refused(void) {
  CHECK_FAILS(facenet_plugin_load(at("writable.so")), FACENET_INVALID_ARGUMENT, "writable.so: anybody may write it");
  CHECK_FAILS(facenet_plugin_load(at("link-to-writable.so")), FACENET_INVALID_ARGUMENT, "anybody may write it");
  CHECK_FAILS(facenet_plugin_load(at("open/good.so")), FACENET_INVALID_ARGUMENT, "/open (it would hold");
  CHECK_FAILS(facenet_plugin_load(at("open/closed/good.so")), FACENET_INVALID_ARGUMENT, "/open (it would hold");
  CHECK_FAILS(facenet_plugin_load_directory(at("open"), NULL), FACENET_INVALID_ARGUMENT, "anybody may write it");
  CHECK(facenet_plugin_load(at("link-to-good.so")) == FACENET_OK);
  CHECK(facenet_plugin_load(at("sticky/mine.so")) == FACENET_OK);
  if (geteuid() == 0)
    CHECK_FAILS(facenet_plugin_load(at("sticky/others.so")), FACENET_INVALID_ARGUMENT, "/sticky (it would hold");
}

static void a_folder_is_loaded_as_far_as_it_goes(void) {
  size_t count = 99;
  CHECK_FAILS(facenet_plugin_load_directory(at("several"), &count), FACENET_PLUGIN_FAILED, "b-adds-nothing.so");
  CHECK(count == 2 && has_detector("several-a") && has_detector("several-c") && !has_detector("several-d"));
  CHECK_FAILS(facenet_plugin_load_directory(at("several"), NULL), FACENET_PLUGIN_FAILED, "b-adds-nothing.so");
  CHECK(facenet_plugin_load_directory(at("none"), &count) == FACENET_OK && count == 0);
  count = 99;
  CHECK_FAILS(facenet_plugin_load_directory(at("missing"), &count), FACENET_NOT_FOUND, "missing");
  CHECK_FAILS(facenet_plugin_load_directory(at("good.so"), &count), FACENET_NOT_FOUND, "good.so");
  CHECK_FAILS(facenet_plugin_load_directory(NULL, &count), FACENET_INVALID_ARGUMENT, "path is NULL");
  CHECK(count == 99);
}

/* What throws inside a plugin in C++ arrives as a status, again and again. */
static void a_caught_exception_is_a_status(void) {
  facenet_detector *detector = NULL;
  uint8_t pixels[12] = {0};
  facenet_image wide = {pixels, 2, 2, 0, FACENET_RGB8}, narrow = {pixels, 1, 4, 0, FACENET_RGB8};
  size_t count = 99;
  CHECK(facenet_plugin_load(at("throws.so")) == FACENET_OK);
  CHECK(facenet_detector_open("throws", NULL, &detector) == FACENET_OK);
  for (int i = 0; i < 100; i++) {
    CHECK_FAILS(facenet_detect(detector, &wide, NULL, 0, &count), FACENET_UNSUPPORTED,
                "the picture is wider than a pixel (the detector throws of the plugin throws)");
    CHECK(facenet_detect(detector, &narrow, NULL, 0, &count) == FACENET_OK && count == 0);
  }
  facenet_detector_free(detector);
}

static void note(void *context, facenet_log_level level, const char *message) {
  if (level == FACENET_LOG_INFORMATION) snprintf(context, 1024, "%s", message);
}

/* What ends the process in its entry ends the process: a plugin is code. What can be said was said before. */
static void a_crash_cannot_be_survived(void) {
  static const struct {
    const char *file;
    int signal, status;
  } ends[] = {{"crashes.so", SIGSEGV, 0}, {"aborts.so", SIGABRT, 0}, {"stops.so", 0, 3}};
  char *last = mmap(NULL, 1024, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
    int status = 0;
    *last = 0;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
      facenet_log_set(note, last, FACENET_LOG_INFORMATION);
      facenet_plugin_load(at(ends[i].file));
      _exit(0);
    }
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(ends[i].signal ? WIFSIGNALED(status) && WTERMSIG(status) == ends[i].signal
                         : WIFEXITED(status) && WEXITSTATUS(status) == ends[i].status);
    CHECK(strstr(last, "loading the plugin /") && strstr(last, ends[i].file));
  }
  munmap(last, 1024);
}

int main(int count, char **arguments) {
  if (count < 2) return 2;
  folder = arguments[1];
  RUN(what_is_built_in_is_listed);
  RUN(a_plugin_is_loaded_once);
  RUN(bad_plugins_are_refused);
  RUN(a_file_that_is_cut_short_is_refused);
  RUN(what_anybody_may_write_is_refused);
  RUN(a_folder_is_loaded_as_far_as_it_goes);
  RUN(a_caught_exception_is_a_status);
  RUN(a_crash_cannot_be_survived);
  FINISH();
}
