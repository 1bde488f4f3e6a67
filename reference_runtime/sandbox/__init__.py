"""What confines a process that runs a pack: deny by default, enforced by the kernel, proved.

``policy`` says what is allowed, ``applying`` makes it so for the calling process, for good, in an
order in which each step still can do what it must: descriptors, limits, capabilities, files and
network (``landlock``), system calls (``seccomp``). ``trampoline`` does that before an interpreter
that isn't ours starts; ``bubblewrap`` puts namespaces around it where the machine allows them;
``doctor`` tells what a machine can enforce. Standard library only: workers run on any interpreter.
"""
