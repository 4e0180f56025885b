/* Counts what Python's allocator is asked for; `hook.py` compiles and loads this.
 *
 * The domains "mem" and "obj" are counted, which are objects, and the tables of lists, dictionaries and sets.
 * Blocks that come from a free list of the interpreter's (tuples, floats, frames, ...) do not pass here.
 * With `by_line`, each is noted at the line of Python that runs; frames that looking for it makes are not
 * counted, but make the run another one: counts of both kinds differ by one in a thousand.
 */
#include <Python.h>
#include <stddef.h>

#define SITES (1u << 16)

typedef struct {
    PyCodeObject *code;
    int line;
    unsigned long long calls, bytes;
} Site;

static PyMemAllocatorEx inner[2];
static const PyMemAllocatorDomain domains[2] = {PYMEM_DOMAIN_MEM, PYMEM_DOMAIN_OBJ};
static unsigned long long calls, bytes;
static int by_line, looking;
static Site sites[SITES];

static void note_site(size_t size)
{
    PyFrameObject *frame = PyEval_GetFrame();
    if (frame == NULL)
        return;
    PyCodeObject *code = PyFrame_GetCode(frame);
    int line = PyFrame_GetLineNumber(frame);
    size_t at = (((size_t)code >> 4) * 31 + line) & (SITES - 1);
    for (unsigned tries = 0; tries < SITES; tries++, at = (at + 1) & (SITES - 1)) {
        if (sites[at].code == NULL) {
            sites[at].code = code;
            sites[at].line = line;
            Py_INCREF(code);
        }
        if (sites[at].code == code && sites[at].line == line) {
            sites[at].calls++;
            sites[at].bytes += size;
            break;
        }
    }
    Py_DECREF(code);
}

static void note(size_t size)
{
    if (looking)
        return;
    calls++;
    bytes += size;
    if (by_line) {
        looking = 1;
        note_site(size);
        looking = 0;
    }
}

static void *counted_malloc(void *context, size_t size)
{
    PyMemAllocatorEx *real = context;
    note(size);
    return real->malloc(real->ctx, size);
}

static void *counted_calloc(void *context, size_t count, size_t size)
{
    PyMemAllocatorEx *real = context;
    note(count * size);
    return real->calloc(real->ctx, count, size);
}

static void *counted_realloc(void *context, void *block, size_t size)
{
    PyMemAllocatorEx *real = context;
    if (block == NULL)
        note(size);
    return real->realloc(real->ctx, block, size);
}

static void counted_free(void *context, void *block)
{
    PyMemAllocatorEx *real = context;
    real->free(real->ctx, block);
}

void hook_start(int lines)
{
    calls = bytes = 0;
    by_line = lines;
    for (int i = 0; i < 2; i++) {
        PyMemAllocatorEx counting = {&inner[i], counted_malloc, counted_calloc, counted_realloc, counted_free};
        PyMem_GetAllocator(domains[i], &inner[i]);
        PyMem_SetAllocator(domains[i], &counting);
    }
}

/* Returns (calls, bytes, [(file, function, line, calls, bytes), ...]). */
PyObject *hook_stop(void)
{
    for (int i = 0; i < 2; i++)
        PyMem_SetAllocator(domains[i], &inner[i]);
    PyObject *found = PyList_New(0);
    for (unsigned at = 0; found != NULL && at < SITES; at++) {
        Site *site = &sites[at];
        if (site->code == NULL)
            continue;
        PyObject *row = Py_BuildValue("(OOiKK)", site->code->co_filename, site->code->co_qualname, site->line,
                                      site->calls, site->bytes);
        if (row == NULL || PyList_Append(found, row) < 0)
            Py_CLEAR(found);
        Py_XDECREF(row);
        Py_CLEAR(site->code);
        site->calls = site->bytes = 0;
    }
    return Py_BuildValue("(KKN)", calls, bytes, found);
}
