/* store-postgres - a gallery in a PostgreSQL database that many machines share: postgres://HOST/DATABASE?gallery=NAME
 *
 * A row of facenet_galleries is a gallery and its version; facenet_records has its records, each with the version of
 * the commit that wrote it. A commit raises the version by an UPDATE that names the one it expects: others wait for that
 * row, and find another. It notifies the channel "facenet", on which every connection listens.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link.h"
#include "records.h"

const facenet_host *host;

/* Removed records are known for as many versions; who is farther behind reads all anew. */
#define REMEMBERED "4096"

/* Who creates tables waits for others who do: IF NOT EXISTS alone is no protection. Embeddings are not worth being
 * compressed, and those of 512 dimensions stay in their rows. */
static const char tables[] =
    "BEGIN; SELECT pg_advisory_xact_lock(7161116);"
    "CREATE TABLE IF NOT EXISTS facenet_galleries (name text PRIMARY KEY, version bigint NOT NULL,"
    " forgotten bigint NOT NULL);"
    "CREATE TABLE IF NOT EXISTS facenet_records (gallery text NOT NULL REFERENCES facenet_galleries ON DELETE CASCADE,"
    " key bigint NOT NULL, version bigint NOT NULL, bytes bytea, PRIMARY KEY (gallery, key))"
    " WITH (toast_tuple_target = 8160);"
    "ALTER TABLE facenet_records ALTER bytes SET STORAGE EXTERNAL;"
    "CREATE INDEX IF NOT EXISTS facenet_records_version ON facenet_records (gallery, version);"
    "CREATE INDEX IF NOT EXISTS facenet_records_removed ON facenet_records (gallery, version) WHERE bytes IS NULL;"
    "COMMIT";

typedef struct store {
  pthread_mutex_t mutex;
  link link;
} store;

/* The gallery's version; 0 where there is none. */
static facenet_status ask_version(link *link, uint64_t *version) {
  parameter name = link_gallery(link);
  PGresult *rows = NULL;
  facenet_status status =
      link_run(link, "SELECT version FROM facenet_galleries WHERE name = $1", &name, 1, MAY_STOP, &rows);
  if (status) return status;
  *version = rows ? read_number(rows, 0) : 0;
  PQclear(rows);
  return FACENET_OK;
}

static facenet_status missing(const link *link) {
  char sentence[256];
  snprintf(sentence, sizeof sentence, "there is no gallery %s in the database", link->at.gallery);
  return host->fail(FACENET_NOT_FOUND, sentence);
}

static facenet_status find(link *link, int32_t create) {
  uint64_t version = 0;
  facenet_status status = link_open(link);
  if (!status) status = ask_version(link, &version);
  if (status == FACENET_NOT_FOUND && create) status = link_run_all(link, tables, 0, MAY_STOP);
  if (status) return status;
  if (!create) return version ? FACENET_OK : missing(link);
  if (!version) return FACENET_OK;
  char sentence[256];
  snprintf(sentence, sizeof sentence, "the gallery %s exists already in the database", link->at.gallery);
  return host->fail(FACENET_INVALID_ARGUMENT, sentence);
}

static void close_store(void *self) {
  store *store = self;
  link_close(&store->link);
  free(store->link.at.uri);
  pthread_mutex_destroy(&store->mutex);
  free(store);
}

static facenet_status open_store(void *component, const char *location, int32_t create, void **self) {
  (void)component;
  store *made = calloc(1, sizeof *made);
  if (!made) return host->fail(FACENET_TOO_LARGE, "there is no memory");
  pthread_mutex_init(&made->mutex, NULL);
  const char *why = location_read(&made->link.at, location);
  facenet_status status = why ? host->fail(FACENET_INVALID_ARGUMENT, why) : find(&made->link, create);
  if (status) {
    close_store(made);
  } else {
    *self = made;
  }
  return status;
}

/* Shows a row of key, bytes, version, forgotten; *version stays 0 where what is asked for is forgotten. */
static facenet_status show(const PGresult *row, uint64_t after,
                           int32_t (*visit)(void *context, const facenet_record *record), void *context,
                           uint64_t *version) {
  uint64_t forgotten = read_number(row, 3);
  if (after && after < forgotten) return FACENET_OK;
  *version = read_number(row, 2);
  if (PQgetisnull(row, 0, 0)) return FACENET_OK;
  int is_removed = PQgetisnull(row, 0, 1);
  facenet_record record = {
      .key = read_number(row, 0), .bytes = is_removed ? NULL : PQgetvalue(row, 0, 1),
      .count = is_removed ? 0 : (size_t)PQgetlength(row, 0, 1)};
  return visit(context, &record) ? FACENET_CORRUPT : FACENET_OK;
}

/* One statement sees one state. */
static const char selection[] =
    "SELECT r.key, r.bytes, g.version, g.forgotten FROM facenet_galleries g LEFT JOIN facenet_records r ON"
    " r.gallery = g.name AND r.version > $2 AND ($2 > 0 OR r.bytes IS NOT NULL) WHERE g.name = $1";

static facenet_status read_changes(link *link, uint64_t after,
                                   int32_t (*visit)(void *context, const facenet_record *record), void *context,
                                   uint64_t *version) {
  unsigned char room[8];
  parameter parameters[] = {link_gallery(link), number_parameter(after, room)};
  facenet_status status = link_open(link);
  if (!status) status = link_send(link, selection, parameters, 2);
  if (status) return status;
  PQsetSingleRowMode(link->connection);
  int has_rows = 0;
  *version = 0;
  for (PGresult *row = NULL;; PQclear(row)) {
    status = link_next(link, 0, MAY_STOP, &row);
    if (status || !row) break;
    if (PQntuples(row) == 0) continue;
    has_rows = 1;
    status = show(row, after, visit, context, version);
    if (!status) continue;
    PQclear(row);
    link_close(link);
    return status;
  }
  if (status) return status;
  link->known = *version;
  return has_rows || !after ? FACENET_OK : missing(link);
}

/* Raises the version by 1, and tells everybody, once the transaction commits; no row where it is not the expected. */
static const char raising[] =
    "WITH raised AS (UPDATE facenet_galleries SET version = version + 1, forgotten = greatest(forgotten, version - "
    REMEMBERED ") WHERE name = $1 AND version = $2 RETURNING version)"
    " SELECT pg_notify('facenet', version || ' ' || $1) FROM raised";
static const char beginning[] =
    "WITH begun AS (INSERT INTO facenet_galleries (name, version, forgotten) SELECT $1, $2 + 1, 0"
    " ON CONFLICT DO NOTHING RETURNING version) SELECT pg_notify('facenet', version || ' ' || $1) FROM begun";
static const char writing[] =
    "INSERT INTO facenet_records (gallery, key, version, bytes) SELECT $1, k, $2 + 1, b FROM unnest($3, $4) AS t (k, b)"
    " ON CONFLICT (gallery, key) DO UPDATE SET version = excluded.version, bytes = excluded.bytes";
static const char forgetting[] =
    "DELETE FROM facenet_records WHERE gallery = $1 AND bytes IS NULL AND version <= $2 - " REMEMBERED;

static facenet_status write_records(link *link, parameter *parameters, const facenet_record *records, size_t count) {
  facenet_status status = FACENET_OK;
  while (!status && count) {
    packed_records packed;
    if (packed_make(&packed, records, count)) {
      parameters[2] = (parameter){OID_INT8_ARRAY, packed.keys, packed.keys_size};
      parameters[3] = (parameter){OID_BYTEA_ARRAY, packed.bytes, packed.bytes_size};
      status = link_run(link, writing, parameters, 4, MAY_STOP, NULL);
    } else {
      status = host->fail(FACENET_TOO_LARGE, "there is no memory for the records of a commit");
    }
    records += packed.count;
    count -= packed.count;
    packed_free(&packed);
  }
  return status;
}

/* All of a commit but its last word; *raised tells whether the version was the expected one. */
static facenet_status prepare_commit(link *link, uint64_t expected, const facenet_record *records, size_t count,
                                     int *raised) {
  unsigned char room[8];
  parameter parameters[4] = {link_gallery(link), number_parameter(expected, room)};
  PGresult *rows = NULL;
  facenet_status status = link_run_all(link, "BEGIN ISOLATION LEVEL READ COMMITTED", 0, MAY_STOP);
  if (!status) status = link_run(link, expected ? raising : beginning, parameters, 2, MAY_STOP, &rows);
  *raised = rows && PQntuples(rows) == 1;
  PQclear(rows);
  if (status || !*raised) return status;
  status = write_records(link, parameters, records, count);
  return status ? status : link_run(link, forgetting, parameters, 2, MAY_STOP, NULL);
}

static facenet_status write_commit(link *link, uint64_t expected, const facenet_record *records, size_t count,
                                   int32_t *committed) {
  int raised = 0;
  facenet_status status = link_open(link);
  if (!status) status = prepare_commit(link, expected, records, count, &raised);
  if (!status && raised) status = link_run_all(link, "COMMIT", 0, MAY_NOT_STOP);
  if (!status && raised) link->known = expected + 1;
  /* Without a connection there is no transaction either. */
  if (status) link_close(link);
  if (!status && !raised) status = link_run_all(link, "ROLLBACK", 0, MAY_NOT_STOP);
  *committed = raised;
  return status;
}

/* Of a connection that says nothing nobody knows whether it still is one: once a second the server is asked. */
static facenet_status look_whether_current(link *link, uint64_t version, int32_t *current) {
  *current = 0;
  link_listen(link);
  if (!link->connection || link->known != version) return FACENET_OK;
  uint64_t found = version;
  facenet_status status = link_is_fresh(link) ? FACENET_OK : ask_version(link, &found);
  *current = !status && found == version;
  return status;
}

static facenet_status changes(void *self, uint64_t after, int32_t (*visit)(void *context, const facenet_record *record),
                              void *context, uint64_t *version) {
  store *store = self;
  pthread_mutex_lock(&store->mutex);
  facenet_status status = read_changes(&store->link, after, visit, context, version);
  pthread_mutex_unlock(&store->mutex);
  return status;
}

static facenet_status commit(void *self, uint64_t expected, const facenet_record *records, size_t count,
                             int32_t *committed) {
  store *store = self;
  pthread_mutex_lock(&store->mutex);
  facenet_status status = write_commit(&store->link, expected, records, count, committed);
  pthread_mutex_unlock(&store->mutex);
  return status;
}

static facenet_status is_current(void *self, uint64_t version, int32_t *current) {
  store *store = self;
  pthread_mutex_lock(&store->mutex);
  facenet_status status = look_whether_current(&store->link, version, current);
  pthread_mutex_unlock(&store->mutex);
  return status;
}

/* Forgets which records were removed before the last commit, and writes the table's file anew without them. */
static facenet_status compact(void *self) {
  static const char forgotten[] =
      "WITH removed AS (DELETE FROM facenet_records WHERE gallery = $1 AND bytes IS NULL AND version <"
      " (SELECT version FROM facenet_galleries WHERE name = $1))"
      " UPDATE facenet_galleries SET forgotten = version - 1 WHERE name = $1";
  store *store = self;
  pthread_mutex_lock(&store->mutex);
  parameter name = link_gallery(&store->link);
  facenet_status status = link_open(&store->link);
  if (!status) status = link_run(&store->link, forgotten, &name, 1, MAY_STOP, NULL);
  if (!status) status = link_run_all(&store->link, "VACUUM (FULL, ANALYZE) facenet_records", 3600, MAY_STOP);
  pthread_mutex_unlock(&store->mutex);
  return status;
}

facenet_status facenet_plugin_entry(const facenet_host *given, facenet_registrar *registrar) {
  static const facenet_plugin_description description = {
      sizeof description, FACENET_PLUGIN_ABI, "store-postgres", "1.0", "Apache-2.0"};
  static const facenet_store_methods methods = {
      .struct_size = sizeof methods, .open = open_store, .changes = changes, .commit = commit,
      .is_current = is_current, .compact = compact, .close = close_store};
  host = given;
  facenet_status status = host->describe(registrar, &description);
  if (!status) status = host->add_store(registrar, "postgres", &methods, NULL);
  return status ? status : host->add_store(registrar, "postgresql", &methods, NULL);
}
