
/* ---- races inside of calls: all threads run freely, many times ---------------------------------- */

#define ROWS_MAX 256
#define ROW_BYTES 8192
#define LOST_MAX 5

/* What was there at the end, as text, and how often. */
struct row { char *text; long count, first; };

/* Whether a function of userfaultfd waits for an answer, and not for a lock. */
static bool is_a_wait(const char *function)
{
	static const char *const waits[] = { "handle_userfault", "wait_completion", "_complete", "userfaultfd_remove" };
	for (int i = 0; i < COUNT(waits); i++)
		if (strstr(function, waits[i]))
			return true;
	return false;
}

/* Whether a thread that runs freely can do nothing until another one does something. */
static bool is_still(int t)
{
	struct actor *a = &control->actor[t];
	int p = test.thread[t].process;
	if (thread_over(t) || a->state == ABSENT || a->refuses)
		return true;
	if (a->waits)
		return is_asleep(p < 0 ? (int)a->tid : (int)control->pid[p], (int)a->tid, false);
	return sleeps(t) && is_a_wait(where_now);
}

static bool all_still(void)
{
	for (int t = 0; t < test.threads; t++)
		if (!is_still(t))
			return false;
	return true;
}

/*
 * Whether the test has come to rest: all threads are still, those that try again have tried once more since, and
 * no call has come back meanwhile.
 */
static bool is_at_rest(long limit)
{
	int dead = 0, tries[THREADS_MAX];
	for (int p = 0; p < test.processes; p++)
		dead += control->life[p] == DEAD;
	notice_deaths();
	for (int p = 0; p < test.processes; p++)
		dead -= control->life[p] == DEAD;
	if (dead)
		control->progress++;
	int progress = control->progress;
	if (!all_still())
		return false;
	for (int t = 0; t < test.threads; t++)
		tries[t] = control->actor[t].tries;
	for (int t = 0; t < test.threads; t++) {
		struct actor *a = &control->actor[t];
		while (!thread_over(t) && a->refuses && a->tries < tries[t] + 2) {
			if (control->progress != progress || now_ms() > limit)
				return false;
			sched_yield();
		}
	}
	return all_still() && control->progress == progress;
}

/* Registers, threads and contents, as the lines of a schedule tell them. */
static void tell_end(char *text)
{
	FILE *out = fmemopen(text, ROW_BYTES - 1, "w");  /* what is longer is cut off */
	text[0] = text[ROW_BYTES - 1] = 0;
	if (!out)
		return;
	tell_state(out);
	tell_content(out);
	fclose(out);
}

/* Lets all threads go at the same time, and waits until they are at rest; false when they are not in time. */
static bool run_all(int repetition)
{
	for (int t = 0; t < test.threads; t++) {
		int p = test.thread[t].process;
		control->roots += control->actor[t].state == IDLE && (p < 0 || test.process[p].parent < 0);
	}
	control->free = repetition;
	++grants;
	for (int t = 0; t < test.threads; t++)
		control->actor[t].order = grants;
	for (int t = 0; t < test.threads; t++)
		futex(&control->actor[t].order, FUTEX_WAKE, 1, NULL);
	long limit = now_ms() + CALL_LIMIT_MS;
	int progress = 0;
	bool rest;
	while (!(rest = is_at_rest(limit)) && now_ms() < limit && !stopped) {
		if (control->progress != progress && control->progress < 10000)
			limit = now_ms() + CALL_LIMIT_MS;
		progress = control->progress;
		sleep_us(20);
	}
	control->free = 0;
	/* who tries again stops; who sleeps stays asleep */
	for (int t = 0; rest && t < test.threads; t++)
		while (busy(t) && control->actor[t].refuses && now_ms() < limit + CALL_LIMIT_MS)
			sched_yield();
	return rest;
}

/* Which threads do not come to rest, and where they are. */
static void tell_lost(char *why, size_t size)
{
	int n = snprintf(why, size, "not at rest within %d ms:", CALL_LIMIT_MS);
	for (int t = 0; t < test.threads; t++) {
		struct actor *a = &control->actor[t];
		if (is_still(t) || n >= (int)size)
			continue;
		int pid = test.thread[t].process < 0 ? (int)a->tid : (int)control->pid[test.thread[t].process];
		char path[80], where[64] = "?";
		snprintf(path, sizeof(path), "/proc/%d/task/%d/wchan", pid, (int)a->tid);
		read_small(path, where, sizeof(where));
		n += snprintf(why + n, size - (size_t)n, " %s in %s (%s)", test.thread[t].name, call_at(t, a->pc)->text, where);
	}
}

/* Runs a test freely, many times, and prints what came out and how often; false when it never ran. */
static bool stress(long repetitions, long limit_ms, char *why, size_t size)
{
	static struct row rows[ROWS_MAX];
	static char text[ROW_BYTES];
	long begin = now_ms(), ran = 0, lost = 0, more = 0;
	int count = 0;
	on_all_cpus = true;
	for (long n = 1; n <= repetitions && lost < LOST_MAX && !stopped && now_ms() - begin < limit_ms; n++) {
		enum outcome outcome = start(why, size);
		if (outcome != RAN)
			break;
		if (run_all((int)n)) {
			look();
			tell_end(text);
			int r = 0;
			while (r < count && strcmp(rows[r].text, text))
				r++;
			if (r == ROWS_MAX) {
				more++;
			} else {
				if (r == count)
					rows[count++] = (struct row){ strdup(text), 0, n };
				rows[r].count++;
			}
			ran++;
		} else {
			tell_lost(why, size);
			printf("#- %s\n", why);
			lost++;
		}
		finish();
	}
	for (int r = 0; r < count; r++) {
		printf("#* %ld %ld |%s\n", rows[r].count, rows[r].first, rows[r].text);
		free(rows[r].text);
	}
	on_all_cpus = false;
	printf("#+ %ld %ld %ld %d\n", ran, lost, more, CPU_COUNT(&all_cpus));
	return ran > 0;
}
