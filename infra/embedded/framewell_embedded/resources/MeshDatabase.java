import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import io.netty.channel.Channel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.h2.mvstore.MVStore;

/**
 * The document database of the embedded mesh: mongo-java-server over one H2 MVStore file, run as
 * single-file source: {@code java -cp 'jars/*' MeshDatabase.java <port> <file>}.
 *
 * <p>What is acknowledged, or was ever seen by a reader, survives the death of this process. As shipped the
 * backend commits once a second and loses that second.
 */
public final class MeshDatabase {

    /** The lowest wire version that PyMongo 4.20 still talks to (MongoDB 4.4); the server reports 8. */
    private static final int WIRE_VERSION = 9;

    /** Space of rewritten pages is given back this often; below this share of live data, in percent. */
    private static final int COMPACT_EVERY_SECONDS = 20;
    private static final int COMPACT_BELOW_PERCENT = 60;
    private static final int COMPACT_STEP_BYTES = 8 << 20;

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
        DurableBackend backend = new DurableBackend(store);
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
            housekeeping.shutdownNow();
            server.shutdownNow();
            stopped.countDown();
        }, "shutdown"));
        System.out.println("document database ready on 127.0.0.1:" + port + ", file " + file);
        stopped.await();
    }

    /** Answers a command only when everything it changed or saw is in the file. */
    private static final class DurableBackend extends H2Backend {

        private final MVStore store;
        /** Held shared while a command runs and exclusively while committing: no half command is stored. */
        private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock(true);

        DurableBackend(MVStore store) {
            super(store);
            this.store = store;
        }

        @Override
        public Document handleMessage(MongoMessage message) {
            return durably(() -> super.handleMessage(message));
        }

        @Override
        public Document handleCommand(Channel channel, String database, String command, Document query) {
            return durably(() -> super.handleCommand(channel, database, command, query));
        }

        private Document durably(Supplier<Document> command) {
            if (gate.getReadHoldCount() > 0) {
                return command.get(); // one command calls another: the outer one commits
            }
            Document answer;
            gate.readLock().lock();
            try {
                answer = command.get();
            } finally {
                gate.readLock().unlock();
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
                return;
            }
            gate.writeLock().lock();
            try {
                if (store.hasUnsavedChanges()) {
                    store.commit();
                }
            } finally {
                gate.writeLock().unlock();
            }
        }

        void compact() {
            gate.writeLock().lock();
            try {
                if (!store.isClosed()) {
                    store.compact(COMPACT_BELOW_PERCENT, COMPACT_STEP_BYTES);
                    store.commit();
                }
            } catch (RuntimeException error) {
                System.err.println("could not compact the store: " + error);
            } finally {
                gate.writeLock().unlock();
            }
        }
    }
}
