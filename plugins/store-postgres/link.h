/* A connection to a database that is made when it is needed, and made again after it was lost. One thread at a time. */
#ifndef LINK_H
#define LINK_H

#include <facenet_plugin.h>
#include <libpq-fe.h>
#include <time.h>

#include "location.h"

extern const facenet_host *host;

typedef struct link {
  location at;
  PGconn *connection;    /* NULL: none */
  uint64_t known;        /* the newest version of the gallery that was heard of on this connection; 0: none */
  struct timespec heard; /* when the server was heard last */
} link;

/* A parameter of a statement, in PostgreSQL's binary format. */
typedef struct parameter {
  Oid type;
  const void *bytes;
  size_t count;
} parameter;

enum { OID_INT8 = 20, OID_TEXT = 25, OID_INT8_ARRAY = 1016, OID_BYTEA_ARRAY = 1001 };

/* What a caller may do meanwhile. */
typedef enum stopping { MAY_STOP, MAY_NOT_STOP } stopping;

/* Connects where there is no connection. */
facenet_status link_open(link *link);
void link_close(link *link);

/* Sends a statement; link_next then gives its results. */
facenet_status link_send(link *link, const char *statement, const parameter *parameters, int count);
/* The next result, to be cleared; NULL after the last. Waits seconds for the server to say anything. */
facenet_status link_next(link *link, int seconds, stopping stopping, PGresult **result);
/* Runs a statement; *rows, where it is not NULL, is its result, to be cleared. */
facenet_status link_run(link *link, const char *statement, const parameter *parameters, int count, stopping stopping,
                        PGresult **rows);
/* Runs constant statements without parameters. */
facenet_status link_run_all(link *link, const char *statements, int seconds, stopping stopping);

/* Reads what arrived without waiting; a connection that turns out to be lost is closed. */
void link_listen(link *link);
/* Whether the server was heard within the last second. */
int link_is_fresh(const link *link);

/* The name of a gallery as a parameter. */
parameter link_gallery(const link *link);
/* 8 bytes, most significant first. */
parameter number_parameter(uint64_t number, unsigned char room[8]);
/* A bigint of a result's first row; 0 where there is none, or where somebody made the table of something else. */
uint64_t read_number(const PGresult *rows, int column);

#endif
