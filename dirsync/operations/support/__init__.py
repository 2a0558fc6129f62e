"""`dirsync support-bundle`: what a maintainer needs to see of an installation, without a name of anybody in it.

* `disguise`: what stands for names, hosts, paths, names of entries and filters.
* `setting_lines`, `mapping_files`: the admin's files, made anew so that they still load.
* `own_words`, `log_lines`: of messages only what dirsync's own source says.
* `versions`, `past_runs`, `state_files`: numbers. * `bundle`: all of it as one file.

Everything is built from what may be told; what nobody has decided on is left out.
"""
