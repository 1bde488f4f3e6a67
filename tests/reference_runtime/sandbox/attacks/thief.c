/* A C extension that opens files by itself. No Python.h: it is built where only a compiler is. */
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

typedef struct _object PyObject;
typedef PyObject *(*Function)(PyObject *, PyObject *);
struct Method { const char *name; Function run; int flags; const char *doc; };
struct Module {
    struct { ptrdiff_t references; void *type; void *init; ptrdiff_t index; void *copy; } base;
    const char *name, *doc;
    ptrdiff_t size;
    struct Method *methods;
    void *slots, *traverse, *clear, *free;
};

extern PyObject *PyExc_OSError;
extern const char *PyUnicode_AsUTF8(PyObject *);
extern PyObject *PyBytes_FromStringAndSize(const char *, ptrdiff_t);
extern PyObject *PyErr_SetFromErrno(PyObject *);
extern PyObject *PyModule_Create2(struct Module *, int);

static PyObject *thief_read(PyObject *self, PyObject *path)
{
    char buffer[1000];
    int fd = open(PyUnicode_AsUTF8(path), O_RDONLY);
    if (fd < 0)
        return PyErr_SetFromErrno(PyExc_OSError);
    return PyBytes_FromStringAndSize(buffer, read(fd, buffer, sizeof buffer));
}

static PyObject *thief_write(PyObject *self, PyObject *path)
{
    int fd = open(PyUnicode_AsUTF8(path), O_WRONLY | O_CREAT, 0600);
    if (fd < 0)
        return PyErr_SetFromErrno(PyExc_OSError);
    return PyBytes_FromStringAndSize("x", write(fd, "x", 1));
}

static struct Method methods[] = {
    {"read", thief_read, 8, NULL}, {"write", thief_write, 8, NULL}, {NULL, NULL, 0, NULL},
};
static struct Module module = {
    .base = {.references = 1}, .name = "studio_thief", .size = -1, .methods = methods,
};

PyObject *PyInit_studio_thief(void) { return PyModule_Create2(&module, 1013); }
