"""Reading and writing of files; nothing outside this folder opens one."""
