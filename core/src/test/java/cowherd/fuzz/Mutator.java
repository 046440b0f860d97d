package cowherd.fuzz;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Mutates files: bytes (flipped, cut, doubled, spliced) or tokens (swapped, replaced, nested). */
final class Mutator {
  private static final Pattern TOKEN =
      Pattern.compile("\"[^\"\n]*\"|//[^\n]*|[A-Za-z0-9_]+|\\s+|[^A-Za-z0-9_\\s]");
  private static final int CHANGES_MAX = 4;
  private static final int PIECE_MAX = 40;
  private static final int COPIES_MAX = 30;

  private final Random random;
  private final List<byte[]> seeds;
  private final List<List<String>> tokens;
  private final List<String> dictionary;

  Mutator(List<byte[]> seeds, long seed) {
    this.random = new Random(seed);
    this.seeds = seeds;
    this.tokens = seeds.stream().map(Mutator::tokens).toList();
    this.dictionary = List.copyOf(new TreeSet<>(tokens.stream().flatMap(List::stream).toList()));
  }

  private static List<String> tokens(byte[] file) {
    return TOKEN
        .matcher(new String(file, StandardCharsets.UTF_8))
        .results()
        .map(MatchResult::group)
        .toList();
  }

  /** Some seed, changed in one to four places. */
  byte[] next() {
    int seed = random.nextInt(seeds.size());
    return random.nextInt(3) == 0 ? bytes(seeds.get(seed)) : words(tokens.get(seed));
  }

  // ---- bytes

  private byte[] bytes(byte[] file) {
    byte[] changed = file;
    for (int i = random.nextInt(CHANGES_MAX); i >= 0 && changed.length > 0; i--) {
      changed = changeOfBytes(changed);
    }
    return changed;
  }

  private byte[] changeOfBytes(byte[] file) {
    int from = random.nextInt(file.length);
    int to = Math.min(file.length, from + 1 + random.nextInt(PIECE_MAX));
    return switch (random.nextInt(6)) {
      case 0 -> {
        byte[] flipped = file.clone();
        flipped[from] ^= (byte) (1 << random.nextInt(8));
        yield flipped;
      }
      case 1 -> {
        byte[] written = file.clone();
        written[from] = (byte) random.nextInt(256);
        yield written;
      }
      case 2 -> joined(file, 0, from, file, to, file.length);
      case 3 -> joined(file, 0, to, file, from, file.length);
      case 4 -> joined(file, 0, from, file, 0, 0);
      default -> {
        byte[] other = seeds.get(random.nextInt(seeds.size()));
        yield joined(file, 0, from, other, random.nextInt(other.length), other.length);
      }
    };
  }

  private static byte[] joined(byte[] a, int fromA, int toA, byte[] b, int fromB, int toB) {
    byte[] result = new byte[toA - fromA + toB - fromB];
    System.arraycopy(a, fromA, result, 0, toA - fromA);
    System.arraycopy(b, fromB, result, toA - fromA, toB - fromB);
    return result;
  }

  // ---- tokens

  private byte[] words(List<String> file) {
    List<String> changed = new ArrayList<>(file);
    for (int i = random.nextInt(CHANGES_MAX); i >= 0 && !changed.isEmpty(); i--) {
      changeTokens(changed);
    }
    return String.join("", changed).getBytes(StandardCharsets.UTF_8);
  }

  private void changeTokens(List<String> file) {
    int at = random.nextInt(file.size());
    int other = random.nextInt(file.size());
    switch (random.nextInt(6)) {
      case 0 -> file.remove(at);
      case 1 -> file.add(at, word());
      case 2 -> file.set(at, word());
      case 3 -> file.set(at, file.set(other, file.get(at)));
      case 4 -> file.add(at, file.get(other));
      default -> {
        List<String> piece =
            List.copyOf(
                file.subList(at, Math.min(file.size(), at + 1 + random.nextInt(PIECE_MAX))));
        for (int copies = random.nextInt(COPIES_MAX); copies > 0; copies--) {
          file.addAll(at, piece);
        }
      }
    }
  }

  private String word() {
    return dictionary.get(random.nextInt(dictionary.size()));
  }
}
