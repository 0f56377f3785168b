import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Receives the events of a Framewell mesh as webhooks and prints each once, a line of JSON: a CloudEvent whose
 * {@code data} is what {@code GET /v1/events} tells. Nothing but the JDK (17 or later) is needed.
 *
 * <pre>FRAMEWELL_WEBHOOK_SECRET=whsec_… java Receive.java [PORT]</pre>
 *
 * Deliveries are signed as Standard Webhooks has it. What is not signed with a secret that is known here, is older
 * or newer than five minutes, or is larger than 4 MiB is refused and not printed. An event may come more than once,
 * under the same {@code webhook-id}: a receiver in earnest keeps the ids beside what it stores, in one transaction.
 */
public final class Receive {
    private static final long TOLERANCE_SECONDS = 300;
    private static final int LARGEST_BODY = 4 << 20;
    private static final int IDS_KEPT = 10_000;

    private final List<byte[]> keys;
    private final Map<String, Boolean> known = new LinkedHashMap<>();

    /** Take deliveries signed by any of these secrets, each {@code whsec_} and a key in base64. */
    Receive(String... secrets) {
        keys = new ArrayList<>();
        for (String secret : secrets) {
            keys.add(Base64.getDecoder().decode(secret.strip().replaceFirst("^whsec_", "")));
        }
    }

    /** Answer one delivery: 204 taken (or known already), 401 not signed by whom we know, 405, 413. */
    void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(statusOf(exchange), -1);
        }
    }

    private int statusOf(HttpExchange exchange) throws IOException {
        if (!exchange.getRequestMethod().equals("POST")) {
            return 405;
        }
        byte[] body = exchange.getRequestBody().readNBytes(LARGEST_BODY + 1);
        if (body.length > LARGEST_BODY) {
            return 413;
        }
        var headers = exchange.getRequestHeaders();
        String id = headers.getFirst("webhook-id");
        String timestamp = headers.getFirst("webhook-timestamp");
        if (!isRecent(timestamp) || !isSigned(id, timestamp, body, headers.getFirst("webhook-signature"))) {
            return 401;
        }
        if (isNew(id)) {
            byte[] line = Arrays.copyOf(body, body.length + 1);
            line[body.length] = '\n';
            System.out.writeBytes(line); // UTF-8 as it came, whatever the terminal's encoding
        }
        return 204;
    }

    private static boolean isRecent(String timestamp) {
        try {
            return Math.abs(Instant.now().getEpochSecond() - Long.parseLong(timestamp)) <= TOLERANCE_SECONDS;
        } catch (NumberFormatException error) { // none at all, too
            return false;
        }
    }

    /** Return whether one of the signatures, {@code v1,} and base64 each, is by one of our keys. */
    private boolean isSigned(String id, String timestamp, byte[] body, String signatures) {
        if (id == null || signatures == null) {
            return false;
        }
        for (byte[] key : keys) {
            String ours = "v1," + Base64.getEncoder().encodeToString(hmac(key, id, timestamp, body));
            for (String theirs : signatures.split(" ")) {
                if (MessageDigest.isEqual(ours.getBytes(US_ASCII), theirs.getBytes(US_ASCII))) {
                    return true;
                }
            }
        }
        return false;
    }

    private static byte[] hmac(byte[] key, String id, String timestamp, byte[] body) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            mac.update((id + "." + timestamp + ".").getBytes(UTF_8));
            return mac.doFinal(body);
        } catch (GeneralSecurityException error) {
            throw new IllegalStateException("every JDK has HmacSHA256", error);
        }
    }

    private synchronized boolean isNew(String id) {
        if (known.put(id, true) != null) {
            return false;
        }
        if (known.size() > IDS_KEPT) {
            known.remove(known.keySet().iterator().next());
        }
        return true;
    }

    public static void main(String[] arguments) throws IOException {
        String secrets = System.getenv().getOrDefault("FRAMEWELL_WEBHOOK_SECRET", "").strip();
        int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 7490;
        if (!secrets.startsWith("whsec_")) {
            System.err.println("set FRAMEWELL_WEBHOOK_SECRET: the secret that the answer to POST /v1/webhooks showed");
            System.exit(2);
        }
        var receiver = new Receive(secrets.split("\\s+"));
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.createContext("/", receiver::handle);
        server.start();
        System.err.println("receiving at http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }
}
