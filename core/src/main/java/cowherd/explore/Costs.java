package cowherd.explore;

/**
 * What complete runs cost, at least and at most. {@link #UNBOUNDED}: there is no most, a loop
 * costs.
 *
 * @param faults page faults
 * @param copies pages copied
 * @param needlessCopies copies of a page that nobody else used
 * @param flushes TLB flushes
 * @param splits PMDs split into PTEs
 */
public record Costs(Range faults, Range copies, Range needlessCopies, Range flushes, Range splits) {
  /** No largest value exists. */
  public static final int UNBOUNDED = -1;

  /** The cheapest and the dearest run. */
  public record Range(int least, int most) {
    @Override
    public String toString() {
      String upper = most == UNBOUNDED ? "*" : Integer.toString(most);
      return least == most ? upper : least + ".." + upper;
    }
  }
}
