import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.IndexKey;
import de.bwaldvogel.mongo.backend.KeyValue;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Collection;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import io.netty.channel.Channel;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.h2.mvstore.Chunk;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/**
 * The document database of the embedded mesh: mongo-java-server over one H2 MVStore file, run as
 * single-file source: {@code java -cp 'jars/*' MeshDatabase.java <port> <file>}.
 *
 * <p>What is acknowledged, or was ever seen by a reader, survives the death of this process. As shipped the
 * backend commits once a second and loses that second.
 *
 * <p>Queries use indexes: as shipped only a query by {@code _id} and nothing else does, and an index that is
 * not unique is ignored, so that a compare-and-set or a claim from a queue reads the whole collection.
 */
public final class MeshDatabase {

    /** The lowest wire version that PyMongo 4.20 still talks to (MongoDB 4.4); the server reports 8. */
    private static final int WIRE_VERSION = 9;

    /** Space of rewritten pages is given back this often; below this share of live data, in percent. */
    private static final int COMPACT_EVERY_SECONDS = 20;
    private static final int COMPACT_BELOW_PERCENT = 60;
    private static final int COMPACT_STEP_BYTES = 8 << 20;

    /** The command that has every page written anew, and how much of it is done between two other commands. */
    private static final String REWRITE = "framewellCompact";
    private static final int REWRITE_STEP = 200;
    private static final int REWRITE_MOVES_MILLISECONDS = 2000;
    private static final int REWRITE_ROUNDS = 5;
    private static final int BLOCK_BYTES = 4096;
    private static final int HEADER_BLOCKS = 2;

    /** Exit status of a database that cannot write its file any more. */
    private static final int CANNOT_WRITE = 3;

    private MeshDatabase() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length != 2) {
            System.err.println("usage: MeshDatabase.java <port> <file>");
            System.exit(2);
        }
        int port = Integer.parseInt(arguments[0]);
        Path file = Path.of(arguments[1]).toAbsolutePath();
        Files.createDirectories(file.getParent());

        MVStore store = new MVStore.Builder()
                .fileName(file.toString())
                .autoCommitDisabled()
                .compress()
                .open();
        // Space of replaced pages is used again at once: a commit per command would otherwise write 24 KB of
        // file for each. The file survives the death of this process, not of the machine without power.
        store.setRetentionTime(0);
        DurableBackend backend = new DurableBackend(store, file);
        MongoServer server = new MongoServer(backend);
        server.bind("127.0.0.1", port);

        var housekeeping = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "compact");
            thread.setDaemon(true);
            return thread;
        });
        housekeeping.scheduleWithFixedDelay(
                backend::compact, COMPACT_EVERY_SECONDS, COMPACT_EVERY_SECONDS, TimeUnit.SECONDS);

        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            backend.stopping = true;
            housekeeping.shutdownNow();
            server.shutdownNow();
            stopped.countDown();
        }, "shutdown"));
        System.out.println("document database ready on 127.0.0.1:" + port + ", file " + file);
        stopped.await();
    }

    /**
     * Answers a command only when everything it changed or saw is in the file.
     *
     * <p>When the file cannot be written (disk full, limit on its size) the process ends at once, before it
     * answers: the store closes itself on such an error, and what is in memory is more than what is in the
     * file. Started again it has all it ever acknowledged, and takes writes as soon as there is room.
     */
    private static final class DurableBackend extends H2Backend {

        private final MVStore store;
        private final Path file;
        private final ExecutorService rewriting = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "rewrite");
            thread.setDaemon(true);
            return thread;
        });
        private long rewritesAsked;
        private volatile long rewritesDone;
        private volatile boolean lastRewriteComplete;
        private volatile boolean stopping;
        /**
         * Held shared while a command runs and exclusively while committing: no half command is stored. Also
         * exclusively while collections or indexes come or go: as shipped a document that is written in that
         * moment may miss the index, or its writer is told of a concurrent modification.
         */
        private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock(true);
        private static final Set<String> RUN_ALONE =
                Set.of("create", "createIndexes", "drop", "dropDatabase", "dropIndexes");

        DurableBackend(MVStore store, Path file) {
            super(store);
            this.store = store;
            this.file = file;
        }

        @Override
        protected MongoDatabase openOrCreateDatabase(String name) {
            return new IndexedDatabase(name);
        }

        @Override
        public Document handleMessage(MongoMessage message) {
            Document command = message.getDocument();
            if (command.containsKey(REWRITE)) {
                return answerAboutRewrites(command.get(REWRITE));
            }
            return durably(command.keySet().iterator().next(), () -> super.handleMessage(message));
        }

        @Override
        public Document handleCommand(Channel channel, String database, String command, Document query) {
            if (command.equals(REWRITE)) {
                return answerAboutRewrites(query.get(REWRITE));
            }
            return durably(command, () -> super.handleCommand(channel, database, command, query));
        }

        private Document durably(String name, Supplier<Document> command) {
            if (gate.getReadHoldCount() > 0 || gate.isWriteLockedByCurrentThread()) {
                return command.get(); // one command calls another: the outer one commits
            }
            Document answer;
            Lock held = RUN_ALONE.contains(name) ? gate.writeLock() : gate.readLock();
            held.lock();
            try {
                answer = command.get();
            } finally {
                held.unlock();
                commitChanges();
            }
            if (answer != null && answer.containsKey("maxWireVersion")) {
                answer.put("maxWireVersion", WIRE_VERSION);
            }
            return answer;
        }

        /** Whoever comes first commits for all that finished before; the others find nothing left to do. */
        private void commitChanges() {
            if (!store.hasUnsavedChanges()) {
                endIfClosed(null); // a command that changed much has written, or tried to, by itself
                return;
            }
            gate.writeLock().lock();
            try {
                if (store.hasUnsavedChanges()) {
                    store.commit();
                }
            } catch (RuntimeException error) {
                endIfClosed(error);
                throw error;
            } finally {
                gate.writeLock().unlock();
            }
        }

        private void endIfClosed(RuntimeException error) {
            if (!store.isClosed() || stopping) {
                return;
            }
            Throwable cause = error == null ? store.getPanicException() : error;
            while (cause != null && cause.getCause() != null) {
                cause = cause.getCause();
            }
            System.err.println("the file cannot be written, the database ends: "
                    + (cause == null ? "the store has closed itself" : cause.getMessage())
                    + ". Make room on its disk and start it again; nothing it acknowledged is lost.");
            Runtime.getRuntime().halt(CANNOT_WRITE);
        }

        /**
         * Answers with the number of a rewrite that begins after everything acknowledged until now (asked for by
         * 1, only looked at by 0), with the number of the last one that ended, and whether that one left nothing
         * of what was replaced before it.
         */
        private synchronized Document answerAboutRewrites(Object asked) {
            boolean wanted = asked instanceof Number number && number.intValue() == 1;
            if (wanted && (rewritesAsked == rewritesDone || rewritesAsked == runningRewrite)) {
                rewritesAsked++;
                rewriting.execute(this::rewrite);
            }
            return new Document("ok", 1.0)
                    .append("asked", rewritesAsked)
                    .append("done", rewritesDone)
                    .append("complete", lastRewriteComplete);
        }

        private volatile long runningRewrite;

        /**
         * Writes every page anew, bit by bit while commands run in between, and overwrites the space of the old
         * ones: what was deleted or replaced before is nowhere in the file then.
         */
        private void rewrite() {
            long number;
            synchronized (this) {
                number = rewritesAsked;
                runningRewrite = number;
            }
            boolean complete = false;
            try {
                long last = store.getCurrentVersion();
                for (String name : store.getMapNames()) {
                    rewrite(store.openMap(name));
                }
                complete = overwriteFreeSpace(last);
            } catch (Exception error) {
                System.err.println("could not write the store anew: " + error);
            }
            synchronized (this) {
                lastRewriteComplete = complete;
                rewritesDone = number;
            }
        }

        private void rewrite(MVMap<Object, Object> map) {
            Object from = map.firstKey();
            while (from != null) {
                gate.writeLock().lock();
                try {
                    if (map.isClosed()) {
                        return; // its collection was dropped
                    }
                    List<Object> keys = new ArrayList<>();
                    Iterator<Object> each = map.keyIterator(from);
                    while (each.hasNext() && keys.size() <= REWRITE_STEP) {
                        keys.add(each.next());
                    }
                    for (Object key : keys) {
                        map.put(key, map.get(key));
                    }
                    store.commit();
                    from = keys.size() > REWRITE_STEP ? keys.get(keys.size() - 1) : null;
                } finally {
                    gate.writeLock().unlock();
                }
            }
        }

        /** True when no chunk as old as this version is left, and every block that no chunk uses is zero. */
        private boolean overwriteFreeSpace(long oldVersion) throws Exception {
            gate.writeLock().lock();
            try {
                letOldVersionsGo();
                store.compactFile(REWRITE_MOVES_MILLISECONDS);
                for (int round = 0; round < REWRITE_ROUNDS; round++) {
                    letOldVersionsGo(); // moved chunks, too: their space is free when the move itself is stored
                    if (overwrite(oldVersion)) {
                        return true;
                    }
                }
                return false;
            } catch (RuntimeException error) {
                endIfClosed(error);
                throw error;
            } finally {
                gate.writeLock().unlock();
            }
        }

        private void letOldVersionsGo() {
            MVMap<String, Integer> versions = store.openMap("rewrites");
            for (int step = 0; step <= store.getVersionsToKeep() + 2; step++) {
                versions.put("step", step);
                store.commit();
            }
            store.getFileStore().dropUnusedChunks();
        }

        /** Overwrites free blocks; false when another block is part of no chunk, or of one that is too old. */
        private boolean overwrite(long oldVersion) throws Exception {
            Field field = Class.forName("org.h2.mvstore.RandomAccessStore").getDeclaredField("freeSpace");
            field.setAccessible(true);
            Object space = field.get(store.getFileStore());
            Method isFree = space.getClass().getMethod("isFree", long.class, int.class);
            isFree.setAccessible(true);
            BitSet current = new BitSet(); // blocks of chunks that are new enough
            for (Map.Entry<String, String> entry : store.getLayoutMap().entrySet()) {
                if (entry.getKey().startsWith("chunk.")) {
                    Map<String, String> chunk = DataUtils.parseMap(entry.getValue());
                    if (DataUtils.readHexLong(chunk, "version", 0) > oldVersion) {
                        int block = (int) DataUtils.readHexLong(chunk, "block", 0);
                        current.set(block, block + (int) DataUtils.readHexLong(chunk, "len", 0));
                    }
                }
            }
            Field newest = Class.forName("org.h2.mvstore.FileStore").getDeclaredField("lastChunk");
            newest.setAccessible(true);
            if (newest.get(store.getFileStore()) instanceof Chunk<?> chunk && chunk.version > oldVersion) {
                current.set((int) chunk.block, (int) chunk.block + chunk.len); // its own entry comes with the next
            }
            boolean complete = true;
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                for (int block = HEADER_BLOCKS; block * (long) BLOCK_BYTES < channel.size(); block++) {
                    long position = block * (long) BLOCK_BYTES;
                    if ((Boolean) isFree.invoke(space, position, BLOCK_BYTES)) {
                        int length = (int) Math.min(BLOCK_BYTES, channel.size() - position);
                        channel.write(ByteBuffer.allocate(length), position);
                    } else {
                        complete &= current.get(block);
                    }
                }
                channel.force(false);
            }
            return complete;
        }

        void compact() {
            gate.writeLock().lock();
            try {
                if (!store.isClosed()) {
                    store.compact(COMPACT_BELOW_PERCENT, COMPACT_STEP_BYTES);
                    store.commit();
                }
            } catch (RuntimeException error) {
                endIfClosed(error);
                System.err.println("could not compact the store: " + error);
            } finally {
                gate.writeLock().unlock();
            }
        }

        /** An inner class, because the constructor it extends already opens collections and indexes. */
        private final class IndexedDatabase extends H2Database {

            IndexedDatabase(String name) {
                super(name, DurableBackend.this.getMvStore(), DurableBackend.this.getCursorRegistry());
            }

            @Override
            protected MongoCollection<Object> openOrCreateCollection(String name, CollectionOptions options) {
                String full = getFullCollectionNamespace(name);
                MVStore maps = DurableBackend.this.getMvStore();
                return new IndexedCollection(
                        this, name, options, maps.openMap("databases." + full), maps.openMap("meta." + full), cursorRegistry);
            }

            @Override
            protected Index<Object> openOrCreateSecondaryIndex(
                    String collection, String name, List<IndexKey> keys, boolean sparse) {
                String map = getFullCollectionNamespace(collection) + "._index_" + name;
                return new SecondaryIndex(DurableBackend.this.getMvStore().openMap(map), name, keys);
            }
        }
    }

    /** A collection that answers a query from an index over some of its fields, and tests the rest. */
    private static final class IndexedCollection extends H2Collection {

        IndexedCollection(
                MongoDatabase database,
                String name,
                CollectionOptions options,
                MVMap<Object, Document> documents,
                MVMap<String, Object> meta,
                de.bwaldvogel.mongo.backend.CursorRegistry cursors) {
            super(database, name, options, documents, meta, cursors);
        }

        @Override
        protected QueryResult queryDocuments(
                Document query, Document order, int skip, int limit, int batchSize, Document fields) {
            for (Index<Object> index : getIndexes()) { // the one over _id comes first
                if (index instanceof SecondaryIndex secondary) {
                    List<String> prefixes = secondary.prefixes(query);
                    if (!prefixes.isEmpty()) {
                        Document rest = secondary.sorts(query, order) ? null : order;
                        return matchDocuments(
                                query, secondary.positions(prefixes), rest, skip, limit, batchSize, fields);
                    }
                } else {
                    Document part = onlyFieldsOf(index, query);
                    if (part != null && index.canHandle(part)) {
                        return matchDocuments(
                                query, index.getPositions(part), order, skip, limit, batchSize, fields);
                    }
                }
            }
            return super.queryDocuments(query, order, skip, limit, batchSize, fields);
        }

        private static Document onlyFieldsOf(Index<Object> index, Document query) {
            Document part = new Document();
            for (IndexKey key : index.getKeys()) {
                if (!query.containsKey(key.getKey())) {
                    return null;
                }
                part.put(key.getKey(), query.get(key.getKey()));
            }
            return part;
        }
    }

    /**
     * An index that is not unique: one entry per document and indexed value, in the order of the values.
     *
     * <p>It serves equality (and {@code $in}) on its leading fields, in the order of the field after them.
     */
    private static final class SecondaryIndex extends Index<Object> {

        private static final char END = '\u0000';

        /** Encoded values, then the encoded {@code _id}, to the place of the document. */
        private final MVMap<String, Object> entries;

        SecondaryIndex(MVMap<String, Object> entries, String name, List<IndexKey> keys) {
            super(name, keys, true); // "sparse": it need not hold every document
            this.entries = entries;
        }

        /** What the entries of the matching documents begin with; empty when this index is of no use. */
        List<String> prefixes(Document query) {
            List<String> prefixes = List.of("");
            for (IndexKey key : getKeys()) {
                List<String> wanted = wanted(query, key.getKey());
                if (wanted.isEmpty()) {
                    break;
                }
                List<String> before = prefixes;
                prefixes = wanted.stream()
                        .flatMap(value -> before.stream().map(prefix -> prefix + value + END))
                        .collect(Collectors.toList());
            }
            return prefixes.get(0).isEmpty() ? List.of() : prefixes;
        }

        /** True when the entries of the query come in this order by themselves. */
        boolean sorts(Document query, Document order) {
            if (order == null || order.size() != 1) {
                return false;
            }
            String field = order.keySet().iterator().next();
            for (IndexKey key : getKeys()) {
                if (key.getKey().equals(field)) {
                    return order.get(field) instanceof Number direction && direction.intValue() > 0;
                }
                if (wanted(query, key.getKey()).size() != 1) {
                    return false;
                }
            }
            return false;
        }

        /** The places of the documents, each once; read as far as they are asked for. */
        Iterable<Object> positions(List<String> prefixes) {
            Set<Object> seen = new HashSet<>();
            Stream<Object> found = prefixes.stream().flatMap(this::under).filter(seen::add);
            return found::iterator;
        }

        private Stream<Object> under(String prefix) {
            Cursor<String, Object> cursor = entries.cursor(prefix);
            Iterator<Object> places = new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return cursor.hasNext();
                }

                @Override
                public Object next() {
                    return cursor.next().startsWith(prefix) ? cursor.getValue() : END;
                }
            };
            Iterable<Object> all = () -> places;
            return StreamSupport.stream(all.spliterator(), false).takeWhile(place -> !place.equals(END));
        }

        private static List<String> wanted(Document query, String field) {
            Object value = query.get(field);
            if (value instanceof Document test && test.size() == 1) {
                value = test.containsKey("$eq") ? test.get("$eq") : test.get("$in");
                if (value instanceof Collection<?> several && test.containsKey("$in")) {
                    List<String> all = several.stream().map(SecondaryIndex::encoded).distinct().toList();
                    return all.contains(OTHER) ? List.of() : all;
                }
            }
            String one = encoded(value);
            return one.equals(OTHER) ? List.of() : List.of(one);
        }

        private static final String OTHER = "z";

        /** The value as text that sorts as the value does; all that is never looked up here is the same. */
        private static String encoded(Object value) {
            if (value instanceof Boolean truth) {
                return truth ? "b1" : "b0";
            }
            if (value instanceof Number number) {
                long bits = Double.doubleToLongBits(number.doubleValue() + 0.0);
                return String.format("n%016x", bits < 0 ? ~bits : bits ^ Long.MIN_VALUE);
            }
            if (value instanceof Instant moment) {
                return String.format("t%016x", moment.toEpochMilli() ^ Long.MIN_VALUE);
            }
            if (value instanceof String text) {
                return "s" + text.replace("\u0001", "\u0001\u0002").replace("\u0000", "\u0001\u0001");
            }
            return OTHER;
        }

        private List<String> entriesOf(Document document, Object place) {
            List<String> found = new ArrayList<>();
            for (KeyValue values : getKeyValues(document)) {
                String begin = values.stream().map(value -> encoded(value) + END).collect(Collectors.joining());
                found.add(begin + encoded(place) + place);
            }
            return found;
        }

        @Override
        public void add(Document document, Object place, MongoCollection<Object> collection) {
            entriesOf(document, place).forEach(entry -> entries.put(entry, place));
        }

        @Override
        public Object remove(Document document) {
            entriesOf(document, document.get("_id")).forEach(entries::remove);
            return null; // the index over _id knows the place
        }

        @Override
        public void updateInPlace(
                Document before, Document after, Object place, MongoCollection<Object> collection) {
            List<String> old = entriesOf(before, place);
            List<String> now = entriesOf(after, place);
            if (!old.equals(now)) {
                old.forEach(entries::remove);
                now.forEach(entry -> entries.put(entry, place));
            }
        }

        @Override
        public boolean canHandle(Document query) {
            return false; // the collection asks for prefixes instead
        }

        @Override
        public Iterable<Object> getPositions(Document query) {
            throw new UnsupportedOperationException("ask for prefixes");
        }

        @Override
        public Object getPosition(Document document) {
            return null; // the index over _id knows the place
        }

        @Override
        public void checkAdd(Document document, MongoCollection<Object> collection) {}

        @Override
        public void checkUpdate(Document before, Document after, MongoCollection<Object> collection) {}

        @Override
        public long getCount() {
            return entries.sizeAsLong();
        }

        @Override
        public long getDataSize() {
            return 0;
        }

        @Override
        public void drop() {
            entries.clear();
        }
    }
}
