package dev.carrel.shell;

/** The texts of {@code --help} about profiles and the store. */
final class StoreHelp {
  static final String PROFILE = """
      Usage: carrel profile COMMAND [--profile=NAME] [OPTION]... [ARGUMENT]...

      Packages to keep, as profiles that can be rolled back. Each change makes a new generation, in one step, of all
      that was ever asked for. carrel shell --profile=NAME starts a container from one.

        carrel profile install python3 jq
        carrel profile rollback
        carrel shell --profile=default -- jq --version

        install PACKAGE...      add packages; PACKAGE is NAME or NAME=VERSION
        remove PACKAGE...       take packages out that were asked for
        upgrade                 fetch the lists of packages anew, and take the newest
        list                    what was asked for
        search WORD...          packages in whose name or description all words are
        show PACKAGE...         what is known of packages
        generations             what there is to go back to, of all profiles or of that of --profile
        rollback                go to the generation before
        switch N                go to generation N
        delete-generations N|N..M|30d
                                forget generations: one, some, or those older than that; never the present one

        -p, --profile=NAME      which profile; without this, default
        --source=NAME           which package source
        --refresh               with install: fetch the lists of packages anew first
        --no-scripts            with install, remove and upgrade: do not configure the packages; see carrel shell --help
        --skip-failed-scripts   with those: make the profile also if a script of a package fails
        --script-timeout=SECONDS
                                with those: so long may one script run
        --json                  with list, search, show and generations: as JSON
        -q, --quiet             no progress
        -h, --help              this text
      """;

  static final String STORE = """
      Usage: carrel store COMMAND [OPTION]... [ARGUMENT]...

      Looks after the store, where all software lies once.

        carrel store gc --delete-older-than=30d
        carrel store roots

        gc                      delete what nothing needs: no generation of a profile, no link made by --root, no container
                                that runs, and no request of carrel shell within the last week
          --delete-older-than=30d
                                first forget generations that old, but the present ones, and requests not made for so long
          --free=SIZE           stop when SIZE is free: 500M, 10G
          -n, --dry-run         only tell what would go
        roots                   what keeps items, and which
        list [--size]           what is in it
        info ITEM...            what is known of items; ITEM is a name, or the name of a directory in items/
        requisites ITEM...      all they need, directly or not
        referrers ITEM...       what needs them directly
        verify [--repair]       compare every file with what it was; make again what is damaged, the database too
        optimise                make equal files one; what is added comes that way by itself
        add DIR|FILE|TARBALL --name=NAME [--version=V] [--reference=ITEM]...
                                add a package of your own: carrel shell store:NAME. What has bin, lib and so on goes below
                                /usr, a program to /usr/bin, anything else to /opt/NAME
        forget NAME...          forget what was added under a name
        export ITEM... > FILE   items and all they need, as one archive
        import < FILE           add the items of an archive, compressed or not. Import only from whom you trust
        copy --to=DIR|ssh:HOST ITEM...
                                the same into the store in another directory, or of another host; also ssh://USER@HOST:PORT

        --json                  with roots, list, info, requisites, referrers and verify: as JSON
        -q, --quiet             no progress
        -h, --help              this text

      Exit status: 0; 1 if verify found damage that is not repaired; 125 if Carrel could not do it.
      """;

  private StoreHelp() {}
}
