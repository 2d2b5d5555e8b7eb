/*
 * A main() for a model, for runs without Python: under sanitizers, a debugger, a profiler.
 *
 * The generated main() takes its arguments in order from the command line: files with the raw
 * bytes of inputs, numbers, files to write. Each array gets memory of exactly its size, so that
 * AddressSanitizer sees every access outside of it.
 */
#ifndef SDFG_HARNESS_H
#define SDFG_HARNESS_H

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SDFG_HARNESS_MOST_ARRAYS 4096

typedef struct sdfg_harness {
    char **arguments; /* those that are left; ends with NULL */
    void *memory[SDFG_HARNESS_MOST_ARRAYS];
    int arrays;
} sdfg_harness;

static inline void sdfg_harness_stop(const char *what, const char *which)
{
    fprintf(stderr, "%s: %s\n", what, which);
    exit(125);
}

static inline const char *sdfg_harness_next(sdfg_harness *harness)
{
    if (*harness->arguments == NULL) {
        sdfg_harness_stop("too few arguments", "main() takes more");
    }
    return *harness->arguments++;
}

static inline int64_t sdfg_harness_number(sdfg_harness *harness)
{
    const char *text = sdfg_harness_next(harness);
    char *end = NULL;
    long long number = strtoll(text, &end, 10);
    if (end == text || *end != '\0') {
        sdfg_harness_stop("not a number", text);
    }
    return (int64_t)number;
}

/* Memory of exactly `bytes` bytes, freed by sdfg_harness_end(). */
static inline void *sdfg_harness_allocate(sdfg_harness *harness, size_t bytes)
{
    void *memory = NULL;
    if (harness->arrays == SDFG_HARNESS_MOST_ARRAYS ||
        posix_memalign(&memory, 64, bytes) != 0) {
        sdfg_harness_stop("no memory", "for an array");
    }
    harness->memory[harness->arrays++] = memory;
    return memory;
}

/* The content of the file that is the next argument; NULL for the argument `-`. */
static inline void *sdfg_harness_read(sdfg_harness *harness, size_t *bytes)
{
    const char *name = sdfg_harness_next(harness);
    FILE *file = NULL;
    long size = 0;
    void *memory = NULL;
    *bytes = 0;
    if (name[0] == '-' && name[1] == '\0') {
        return NULL;
    }
    file = fopen(name, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0 ||
        fseek(file, 0, SEEK_SET) != 0) {
        sdfg_harness_stop("cannot read", name);
    }
    memory = sdfg_harness_allocate(harness, (size_t)size);
    if (size > 0 && fread(memory, 1, (size_t)size, file) != (size_t)size) {
        sdfg_harness_stop("cannot read", name);
    }
    fclose(file);
    *bytes = (size_t)size;
    return memory;
}

/* The same without reading it: its pages come when they are used. They are never given back. */
static inline const void *sdfg_harness_map(sdfg_harness *harness, size_t *bytes)
{
    const char *name = sdfg_harness_next(harness);
    void *memory = MAP_FAILED;
    struct stat facts;
    int file = -1;
    *bytes = 0;
    if (name[0] == '-' && name[1] == '\0') {
        return NULL;
    }
    file = open(name, O_RDONLY);
    if (file >= 0 && fstat(file, &facts) == 0 && facts.st_size > 0) {
        *bytes = (size_t)facts.st_size;
        memory = mmap(NULL, *bytes, PROT_READ, MAP_PRIVATE, file, 0);
    }
    if (memory == MAP_FAILED) {
        sdfg_harness_stop("cannot map", name);
    }
    close(file);
    return memory;
}

/* Write an array to the file that is the next argument. */
static inline void sdfg_harness_write(sdfg_harness *harness, const void *memory, size_t bytes)
{
    const char *name = sdfg_harness_next(harness);
    FILE *file = fopen(name, "wb");
    if (file == NULL || (bytes > 0 && fwrite(memory, 1, bytes, file) != bytes) ||
        fclose(file) != 0) {
        sdfg_harness_stop("cannot write", name);
    }
}

static inline void sdfg_harness_end(sdfg_harness *harness)
{
    while (harness->arrays > 0) {
        free(harness->memory[--harness->arrays]);
    }
}

#endif /* SDFG_HARNESS_H */
