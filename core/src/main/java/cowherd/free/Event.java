package cowherd.free;

/**
 * A call of a program that was found.
 *
 * @param process the process, numbered in the order of birth; 0 is A
 * @param thread the thread of the process, from 0
 * @param item what it calls
 * @param reference which reference it takes, drops or uses, numbered in the order of taking; or
 *     {@link MenuItem#NONE}
 * @param child the process that it makes, or {@link MenuItem#NONE}
 */
record Event(int process, int thread, MenuItem item, int reference, int child) {}
