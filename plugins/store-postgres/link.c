#include "link.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Seconds that a server may be silent, above the 10 that it waits for locks. */
#define PATIENCE 30
#define CHANNEL "facenet"

/* What is said to PostgreSQL at first: it hears of commits from then on, and keeps no lock for somebody who is gone. A
 * commit is on disk when it is acknowledged, whatever the server's own setting. */
static const char greeting[] =
    "LISTEN " CHANNEL "; SET client_encoding = 'UTF8'; SET lock_timeout = '10s'; SET statement_timeout = 0; "
    "SET idle_in_transaction_session_timeout = '30s'; "
    "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";

static void ignore(void *context, const char *message) {
  (void)context;
  (void)message;
}

/* Says what libpq says, in one line. */
static facenet_status failure(link *link, facenet_status status, const char *what, const char *why) {
  char reason[512], sentence[768];
  snprintf(reason, sizeof reason, "%s", why);
  size_t used = strlen(reason);
  while (used && (reason[used - 1] == '\n' || reason[used - 1] == ' ')) reason[--used] = 0;
  for (char *c = reason; *c; c++) {
    if (*c == '\n' || *c == '\t') *c = ' ';
  }
  snprintf(sentence, sizeof sentence, "the gallery %s: %s: %s", link->at.gallery, what, reason);
  return host->fail(status, sentence);
}

/* The reason why the connection cannot go on; the next call makes another. */
static facenet_status lost(link *link, const char *why) {
  char reason[512];
  snprintf(reason, sizeof reason, "%s", why);
  link_close(link);
  return failure(link, FACENET_IO, "the connection to the database is lost", reason);
}

void link_close(link *link) {
  PQfinish(link->connection);
  link->connection = NULL;
  link->known = 0;
}

/* The location's settings, and ours where it has none: lists that end with NULL. */
static PGconn *connect_to(const char *uri) {
  PQconninfoOption *options = PQconninfoParse(uri, NULL);
  if (!options) return NULL;
  const char *keys[64] = {"connect_timeout", "tcp_user_timeout", "fallback_application_name"};
  const char *values[64] = {"10", "30000", "facenet"};
  int count = 3;
  for (PQconninfoOption *option = options; option->keyword && count < 63; option++) {
    if (!option->val) continue;
    keys[count] = option->keyword;
    values[count++] = option->val;
  }
  PGconn *connection = PQconnectdbParams(keys, values, 0);
  PQconninfoFree(options);
  return connection;
}

facenet_status link_open(link *link) {
  if (link->connection && PQstatus(link->connection) == CONNECTION_OK) return FACENET_OK;
  link_close(link);
  link->connection = connect_to(link->at.uri);
  if (!link->connection) {
    return host->fail(FACENET_INVALID_ARGUMENT, "the gallery's location is no connection URI of PostgreSQL");
  }
  if (PQstatus(link->connection) != CONNECTION_OK) {
    facenet_status status = failure(link, FACENET_IO, "cannot reach the database", PQerrorMessage(link->connection));
    link_close(link);
    return status;
  }
  PQsetNoticeProcessor(link->connection, ignore, NULL);
  return link_run_all(link, greeting, PATIENCE, MAY_STOP);
}

/* Waits until a result is there, or the statement is sent. */
static facenet_status wait_for(link *link, int seconds, stopping stopping) {
  int left = seconds * 10;
  while (PQisBusy(link->connection)) {
    int unsent = PQflush(link->connection);
    struct pollfd descriptor = {PQsocket(link->connection), (short)(POLLIN | (unsent ? POLLOUT : 0)), 0};
    int ready = unsent < 0 ? -1 : poll(&descriptor, 1, 100);
    if (ready > 0 && !PQconsumeInput(link->connection)) ready = -1;
    if (ready < 0) return lost(link, PQerrorMessage(link->connection));
    if (ready > 0) {
      left = seconds * 10;
      continue;
    }
    if (stopping == MAY_STOP && host->progress(0)) {
      link_close(link);
      return FACENET_CANCELLED;
    }
    if (!--left) return lost(link, "the server does not answer");
  }
  return FACENET_OK;
}

/* What a statement's failure means. */
static facenet_status refused(link *link, const PGresult *result) {
  const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  if (PQstatus(link->connection) != CONNECTION_OK) return lost(link, PQresultErrorMessage(result));
  if (state && !strcmp(state, "42P01")) {
    return failure(link, FACENET_NOT_FOUND, "there is none", "the database has no table facenet_galleries");
  }
  return failure(link, FACENET_IO, "the database refuses a call", PQresultErrorMessage(result));
}

facenet_status link_send(link *link, const char *statement, const parameter *parameters, int count) {
  Oid types[8];
  const char *values[8];
  int lengths[8], formats[8];
  for (int i = 0; i < count; i++) {
    types[i] = parameters[i].type;
    values[i] = parameters[i].bytes;
    lengths[i] = (int)parameters[i].count;
    formats[i] = 1;
  }
  if (PQsetnonblocking(link->connection, 1) ||
      !PQsendQueryParams(link->connection, statement, count, types, values, lengths, formats, 1)) {
    return lost(link, PQerrorMessage(link->connection));
  }
  return FACENET_OK;
}

facenet_status link_next(link *link, int seconds, stopping stopping, PGresult **result) {
  facenet_status status = wait_for(link, seconds ? seconds : PATIENCE, stopping);
  if (status) return status;
  *result = PQgetResult(link->connection);
  clock_gettime(CLOCK_MONOTONIC, &link->heard);
  switch (*result ? PQresultStatus(*result) : PGRES_COMMAND_OK) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_SINGLE_TUPLE: return FACENET_OK;
    default: status = refused(link, *result);
  }
  PQclear(*result);
  *result = NULL;
  return status;
}

/* Reads results to the last; keeps the last with rows, where it is wanted. */
static facenet_status finish(link *link, int seconds, stopping stopping, PGresult **rows) {
  facenet_status first = FACENET_OK;
  for (PGresult *result = NULL; link->connection;) {
    facenet_status status = link_next(link, seconds, stopping, &result);
    if (!first) first = status;
    if (!status && !result) break;
    if (rows && result) {
      PQclear(*rows);
      *rows = result;
    } else {
      PQclear(result);
    }
  }
  if (first && rows) {
    PQclear(*rows);
    *rows = NULL;
  }
  return first;
}

facenet_status link_run(link *link, const char *statement, const parameter *parameters, int count, stopping stopping,
                        PGresult **rows) {
  if (rows) *rows = NULL;
  facenet_status status = link_send(link, statement, parameters, count);
  return status ? status : finish(link, 0, stopping, rows);
}

facenet_status link_run_all(link *link, const char *statements, int seconds, stopping stopping) {
  if (!PQsendQuery(link->connection, statements)) return lost(link, PQerrorMessage(link->connection));
  return finish(link, seconds, stopping, NULL);
}

void link_listen(link *link) {
  if (!link->connection) return;
  struct pollfd descriptor = {PQsocket(link->connection), POLLIN, 0};
  /* To the end: a server's last word is followed by the connection's end, which must not be left for later. */
  do {
    if (!PQconsumeInput(link->connection) || PQstatus(link->connection) != CONNECTION_OK) {
      link_close(link);
      return;
    }
  } while (poll(&descriptor, 1, 0) > 0);
  for (PGnotify *notice; (notice = PQnotifies(link->connection)); PQfreemem(notice)) {
    char *name = NULL;
    uint64_t version = strtoull(notice->extra, &name, 10);
    int is_ours = *name == ' ' && !strcmp(name + 1, link->at.gallery);
    if (is_ours && version > link->known) link->known = version;
  }
}

int link_is_fresh(const link *link) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - link->heard.tv_sec) + 1e-9 * (double)(now.tv_nsec - link->heard.tv_nsec) < 1;
}

parameter link_gallery(const link *link) {
  return (parameter){OID_TEXT, link->at.gallery, strlen(link->at.gallery)};
}

parameter number_parameter(uint64_t number, unsigned char room[8]) {
  for (int i = 0; i < 8; i++) room[i] = (unsigned char)(number >> (56 - 8 * i));
  return (parameter){OID_INT8, room, 8};
}

uint64_t read_number(const PGresult *rows, int column) {
  if (PQntuples(rows) == 0 || PQnfields(rows) <= column || PQftype(rows, column) != OID_INT8) return 0;
  if (PQgetlength(rows, 0, column) != 8) return 0;
  const char *bytes = PQgetvalue(rows, 0, column);
  uint64_t number = 0;
  for (int i = 0; i < 8; i++) number = number << 8 | (unsigned char)bytes[i];
  return number;
}
