/* What the files of this program share. */
#include <errno.h>

/* 0: succeeded; otherwise errno. */
typedef int attack(const char *argument);

struct named_attack { const char *name; attack *run; };

extern const struct named_attack exhausting_attacks[], mount_attacks[], neighbours_attacks[]; /* each ends with an empty one */

int share_memory_and_run(char **argv);

#define PATIENCE 600 /* seconds for which an attack goes on that is told when to end */

static inline int result(long value) { return value < 0 ? errno : 0; }
