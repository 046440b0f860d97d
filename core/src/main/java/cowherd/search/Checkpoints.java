package cowherd.search;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps a search in a folder. Each checkpoint adds a file with the states found since the last one,
 * and then replaces the header, which says how many such files count and where the search is. So
 * whenever the process dies, the folder holds the last checkpoint whole.
 */
final class Checkpoints {
  private static final String HEADER = "search";
  private static final String MAGIC = "cowherd search 2";
  private static final int BUFFER = 1 << 20;

  private final SearchOptions.Checkpoint where;
  private final boolean exact;
  private final int[] saved = new int[Search.SHARDS];
  private int files;
  private long last = System.nanoTime();

  Checkpoints(SearchOptions.Checkpoint where, boolean exact) {
    this.where = where;
    this.exact = exact;
  }

  private Path file(int number) {
    return where.folder().resolve("states-" + number);
  }

  void saveNowAndThen(Search search) throws IOException {
    if (System.nanoTime() - last >= where.every().toNanos()) {
      save(search);
    }
  }

  void save(Search search) throws IOException {
    Files.createDirectories(where.folder());
    writeStates(search, file(files));
    files++;
    Path next = where.folder().resolve(HEADER + ".new");
    try (FileOutputStream out = new FileOutputStream(next.toFile());
        DataOutputStream data = new DataOutputStream(new BufferedOutputStream(out, BUFFER))) {
      writeHeader(search, data);
      data.flush();
      out.getFD().sync();
    }
    Files.move(
        next,
        where.folder().resolve(HEADER),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
    last = System.nanoTime();
  }

  private void writeStates(Search search, Path file) throws IOException {
    Packer packer = search.packer();
    byte[] vector = new byte[search.bytes()];
    long[] packed = new long[packer.longs()];
    long[] lanes = new long[search.bytes() / Long.BYTES];
    try (FileOutputStream out = new FileOutputStream(file.toFile());
        DataOutputStream data = new DataOutputStream(new BufferedOutputStream(out, BUFFER))) {
      writeLongs(data, packer.pieces());
      for (int s = 0; s < Search.SHARDS; s++) {
        Shard shard = search.shards()[s];
        Shard.Reader reader = shard.reader();
        data.writeInt(shard.size() - saved[s]);
        for (int index = saved[s]; index < shard.size(); index++) {
          reader.load(index, vector, 0, search.disk());
          packer.read(vector, 0, lanes);
          packer.pack(lanes, packed, 0);
          data.writeLong(reader.step(index, search.disk()));
          for (long word : packed) {
            data.writeLong(word);
          }
        }
        saved[s] = shard.size();
      }
      data.flush();
      out.getFD().sync();
    }
  }

  private void writeHeader(Search search, DataOutputStream data) throws IOException {
    data.writeUTF(MAGIC);
    writeText(data, identity());
    data.writeInt(search.bytes());
    data.writeInt(files);
    writeLongs(data, search.figures());
    Frontier f = search.frontier();
    for (int number : new int[] {f.calls, f.steps, f.ofFewerCalls ? 1 : 0, f.shard, f.index}) {
      data.writeInt(number);
    }
    writeInts(data, f.begun);
    writeBuckets(data, f.before);
    writeBuckets(data, f.now);
    data.writeInt(search.hitKeys().size());
    for (String key : search.hitKeys()) {
      writeText(data, key);
    }
  }

  private String identity() {
    return where.identity() + (exact ? " exact" : " fingerprints");
  }

  /**
   * Goes on with the search of the folder.
   *
   * @return false when there is none yet
   * @throws IOException when it is another search, or cannot be read
   */
  boolean resume(Search search) throws IOException {
    Path header = where.folder().resolve(HEADER);
    if (!Files.exists(header)) {
      return false;
    }
    try (DataInputStream data =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(header), BUFFER))) {
      if (!data.readUTF().equals(MAGIC)) {
        throw new IOException("`" + header + "` is no search of this version of Cowherd");
      }
      String kept = readText(data);
      if (!kept.equals(identity())) {
        throw new IOException(
            "`"
                + where.folder()
                + "` holds another search: "
                + kept
                + "; this one is "
                + identity());
      }
      int bytes = data.readInt();
      if (bytes != search.bytes()) {
        throw new IOException(
            "`"
                + where.folder()
                + "` holds states of "
                + bytes
                + " bytes; these have "
                + search.bytes());
      }
      files = data.readInt();
      for (int number = 0; number < files; number++) {
        readStates(search, file(number));
      }
      search.setFigures(readLongs(data));
      Frontier f = search.frontier();
      f.calls = data.readInt();
      f.steps = data.readInt();
      f.ofFewerCalls = data.readInt() != 0;
      f.shard = data.readInt();
      f.index = data.readInt();
      f.begun = readInts(data);
      f.before = readBuckets(data);
      f.now = readBuckets(data);
      int hits = data.readInt();
      for (int i = 0; i < hits; i++) {
        search.hitKeys().add(readText(data));
      }
    }
    return true;
  }

  private void readStates(Search search, Path file) throws IOException {
    long[] lanes = new long[search.bytes() / Long.BYTES];
    try (DataInputStream data =
        new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER))) {
      search.setPacker(search.packer().withPieces(readLongs(data)));
      Packer packer = search.packer();
      long[] record = new long[1 + packer.longs()];
      for (int s = 0; s < Search.SHARDS; s++) {
        int count = data.readInt();
        for (int i = 0; i < count; i++) {
          for (int w = 0; w < record.length; w++) {
            record[w] = data.readLong();
          }
          packer.unpack(record, 1, lanes);
          search.shards()[s].add(Packer.hash(lanes), record, 0, packer);
        }
        saved[s] = search.shards()[s].size();
      }
    }
  }

  // ---- pieces of a file

  private static void writeText(DataOutputStream data, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    data.writeInt(bytes.length);
    data.write(bytes);
  }

  private static String readText(DataInputStream data) throws IOException {
    return new String(data.readNBytes(data.readInt()), StandardCharsets.UTF_8);
  }

  private static void writeInts(DataOutputStream data, int[] numbers) throws IOException {
    data.writeInt(numbers.length);
    for (int number : numbers) {
      data.writeInt(number);
    }
  }

  private static int[] readInts(DataInputStream data) throws IOException {
    int[] numbers = new int[data.readInt()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = data.readInt();
    }
    return numbers;
  }

  private static void writeLongs(DataOutputStream data, long[] numbers) throws IOException {
    data.writeInt(numbers.length);
    for (long number : numbers) {
      data.writeLong(number);
    }
  }

  private static long[] readLongs(DataInputStream data) throws IOException {
    long[] numbers = new long[data.readInt()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = data.readLong();
    }
    return numbers;
  }

  private static void writeBuckets(DataOutputStream data, List<Frontier.Bucket> buckets)
      throws IOException {
    data.writeInt(buckets.size());
    for (Frontier.Bucket bucket : buckets) {
      writeInts(data, bucket.from());
      writeInts(data, bucket.to());
    }
  }

  private static List<Frontier.Bucket> readBuckets(DataInputStream data) throws IOException {
    int count = data.readInt();
    List<Frontier.Bucket> buckets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      buckets.add(new Frontier.Bucket(readInts(data), readInts(data)));
    }
    return buckets;
  }
}
