
/* ---- this test, all its schedules -------------------------------------------------------------- */

static int kernel_version(void)
{
	struct utsname u;
	int major = 0, minor = 0;
	uname(&u);
	sscanf(u.release, "%d.%d", &major, &minor);
	return major * 1000 + minor;
}

static bool complete(void)
{
	for (int t = 0; t < test.threads; t++)
		if (!test.thread[t].daemon && !thread_over(t) && control->actor[t].state != ABSENT)
			return false;
	return true;
}

/* What the named variables are at the end, and who sleeps. */
static void tell_outcome(char *text, size_t size)
{
	size_t n = 0;
	text[0] = 0;
	for (int r = 0; r < test.registers && n < size; r++)
		if (!strchr(test.register_name[r], '$'))
			n += (size_t)snprintf(text + n, size - n, "%s%s=%s", n ? " " : "", test.register_name[r], value_name(control->value[r]));
	for (int t = 0; t < test.threads && n < size; t++)
		if (busy(t))
			n += (size_t)snprintf(text + n, size - n, "%s%s=sleeps", n ? " " : "", test.thread[t].name);
}

static char outcome_text[4096];
static bool conditions_hold;
static unsigned reached;

/* Asked between the last call and the end of the processes. */
static void judge(void)
{
	tell_outcome(outcome_text, sizeof(outcome_text));
	printf("# outcome: %s\n", outcome_text);
	conditions_hold = true;
	for (int i = 0; i < COUNT(CONDITIONS) && CONDITIONS[i].kind; i++) {
		const struct condition *c = &CONDITIONS[i];
		bool terminates = !strcmp(c->kind, "terminates");
		if (!complete() && !terminates)
			continue;
		int value = terminates ? complete() : evaluate(c->postfix);
		if (!strcmp(c->kind, "sometimes")) {
			reached |= value == 1 ? 1u << i : 0;
			continue;
		}
		bool holds = value == UNSEEN || (!strcmp(c->kind, "never") ? !value : value);
		if (!holds) {
			printf("# broken: %s (%s)%s%s\n", c->kind, c->text, c->because[0] ? " " : "", c->because);
			conditions_hold = false;
		}
	}
}

/* Whether an outcome is a known one; what this kernel does not tell (?) may be anything. */
static bool is_same(const char *known, const char *seen)
{
	while (*known && *seen) {
		size_t k = strcspn(known, " "), s = strcspn(seen, " ");
		bool unseen = s >= 2 && seen[s - 1] == '?' && seen[s - 2] == '=';
		if (unseen ? k < s - 1 || strncmp(known, seen, s - 1) : k != s || strncmp(known, seen, k))
			return false;
		known += k + (known[k] == ' ');
		seen += s + (seen[s] == ' ');
	}
	return !*known && !*seen;
}

/* 1: a known answer for this kernel; 0: none; -1: nobody knows the answer. */
static int is_known(int schedule, const char *outcome)
{
	int version = kernel_version(), answer = -1;
	for (int i = 0; i < COUNT(KNOWN) && KNOWN[i].outcome; i++) {
		if (KNOWN[i].schedule != schedule || version < KNOWN[i].from || version >= KNOWN[i].before)
			continue;
		bool same = is_same(KNOWN[i].outcome, outcome);
		if (!same && answer < 1)
			printf("# known for %d.%d: %s\n", version / 1000, version % 1000, KNOWN[i].outcome);
		answer = same || answer == 1 ? 1 : 0;
	}
	return answer;
}

static void print_schedule(const int *schedule, int length_)
{
	for (int i = 0; i < length_; i++)
		printf(" %s", test.thread[schedule[i]].name);
}

static int length_of(const int *schedule)
{
	int n = 0;
	while (n < SCHEDULE_LENGTH && schedule[n] >= 0)
		n++;
	return n;
}

enum { OK_ = 0, FAILED = 1, NOTHING = 4 };

static int run_one(int number, int which, const int *schedule, int length_, const char *lack)
{
	char why[300] = "";
	printf("# schedule:");
	print_schedule(schedule, length_);
	printf("\n");
	enum outcome outcome = lack ? SKIPPED : run_schedule(schedule, length_, true, why, sizeof(why));
	int known = outcome != RAN || !WITH_ANSWERS ? -1 : is_known(which, outcome_text);
	bool good = WITH_ANSWERS ? known != 0 : conditions_hold;
	printf("%s %d %s schedule %d", outcome != RAN || good ? "ok" : "not ok", number, test.name, which);
	if (outcome != RAN)
		printf(" # SKIP %s", lack ? lack : why);
	else if (WITH_ANSWERS && known < 0)
		printf(" # SKIP no known answer for this kernel");
	printf("\n");
	fflush(stdout);
	return outcome != RAN ? NOTHING : good ? OK_ : FAILED;
}

static int thread_named(const char *name)
{
	for (int t = 0; t < test.threads; t++)
		if (!strcmp(test.thread[t].name, name))
			return t;
	return isdigit((unsigned char)name[0]) && atoi(name) < test.threads ? atoi(name) : NONE;
}

int main(int count, char **arguments)
{
	if (count == 2 && !strcmp(arguments[1], "--list")) {
		for (int s = 0; s < COUNT(SCHEDULES); s++) {
			printf("%d:", s);
			print_schedule(SCHEDULES[s], length_of(SCHEDULES[s]));
			printf("\n");
		}
		return 0;
	}
	int own[SCHEDULE_MAX], given = 0;
	for (int i = 1; i < count && given < SCHEDULE_MAX; i++) {
		own[given] = thread_named(arguments[i]);
		if (own[given++] < 0) {
			fprintf(stderr, "there is no thread %s; the threads are", arguments[i]);
			for (int t = 0; t < test.threads; t++)
				fprintf(stderr, " %s", test.thread[t].name);
			fprintf(stderr, "\n");
			return 2;
		}
	}
	printf("KTAP version 1\n1..%d\n", given ? 1 : COUNT(SCHEDULES));
	prepare_machine();
	const char *lack = missing();
	int failed = 0, passed = 0;
	if (given) {
		int result = run_one(1, -1, own, given, lack);
		failed += result == FAILED;
		passed += result == OK_;
	}
	for (int s = 0; !given && s < COUNT(SCHEDULES) && !stopped; s++) {
		int result = run_one(s + 1, s, SCHEDULES[s], length_of(SCHEDULES[s]), lack);
		failed += result == FAILED;
		passed += result == OK_;
	}
	for (int i = 0; i < COUNT(CONDITIONS) && CONDITIONS[i].kind; i++)
		if (!strcmp(CONDITIONS[i].kind, "sometimes") && passed)
			printf("# sometimes (%s): %s\n", CONDITIONS[i].text, reached >> i & 1 ? "seen" : "not seen");
	restore();
	if (stopped) {
		printf("# stopped by signal %d\n", (int)stopped);
		return 128 + (int)stopped;
	}
	return failed ? FAILED : passed ? OK_ : NOTHING;
}
