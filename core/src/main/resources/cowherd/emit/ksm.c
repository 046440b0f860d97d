
/* ---- ksmd, one scan at a time ------------------------------------------------------------------ */

/*
 * ksmd sleeps for an hour between two scans, and a scan is over all mergeable memory. A new length of the
 * sleep wakes it: so each change is one scan. It goes through processes in the order in which they were made
 * (all inherit a mergeable page of the controller, see need_ksm()) and through each by addresses; of two
 * equal pages that are none of its own yet the one that it meets later stays.
 */
#define KSM "/sys/kernel/mm/ksm/"
#define KSM_LONG "3600000"
#define KSM_LONGER "3600001"
#define KSM_LIMIT_MS 800       /* of the time that a call has */
#define KSM_STABLE_SCANS 2     /* the first notes the checksum, the second wants it unchanged */

static long ksm_number(const char *name)
{
	char path[80], text[32];
	snprintf(path, sizeof(path), KSM "%s", name);
	return read_small(path, text, sizeof(text)) ? atol(text) : -1;
}

/* Lets ksmd go over all memory once; false when it has not come by. */
static bool ksm_scan(long limit)
{
	long before = ksm_number("full_scans");
	while (now_ms() < limit) {
		write_small(KSM "sleep_millisecs", ksm_number("sleep_millisecs") == atol(KSM_LONG) ? KSM_LONGER : KSM_LONG);
		/* when it was not asleep yet it has not heard of that */
		for (int i = 0; i < 300; i++) {
			if (ksm_number("full_scans") != before)
				return true;
			sleep_us(100);
		}
	}
	return false;
}

/* 1 when the second page has become the first; 2, which no model says, when it was the other way. */
static int ksm_merge(const struct call *c)
{
	int x = control->pid[c->process], y = control->pid[c->flags];
	uint64_t kept = pagemap(x, c->page), merged = pagemap(y, c->object);
	long limit = now_ms() + KSM_LIMIT_MS;
	for (int i = 0; i < KSM_STABLE_SCANS; i++)
		if (!ksm_scan(limit)) {
			control->broken = ETIMEDOUT;
			return UNSEEN;
		}
	uint64_t first = pagemap(x, c->page), second = pagemap(y, c->object);
	if (!(kept & merged & first & second & PM_PRESENT) || ((kept ^ merged) & PM_FRAME) == 0 || (first ^ second) & PM_FRAME)
		return 0;
	return (first ^ kept) & PM_FRAME ? 2 : 1;
}
