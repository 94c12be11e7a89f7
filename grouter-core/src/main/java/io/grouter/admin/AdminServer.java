package io.grouter.admin;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grouter.overrides.OverrideStore;
import io.grouter.overrides.Overrides;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP server of the admin API. Its threads and its bounded queue are its own, and few of them work at a time, so
 * that nothing asked here can slow a request down.
 */
public final class AdminServer implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(AdminServer.class);
    private static final int AT_WORK = 2;
    private static final int QUEUE = 64;
    private static final int MOST_BODY = 16 << 10;
    private static final int WAIT_SECONDS = 5;
    private static final Duration ANSWER = Duration.ofSeconds(60);

    private final AdminConfig config;
    private final AdminApi api;
    private final OverrideStore overrides;
    private final WebPage page = new WebPage();
    private final HttpServer server;
    private final AdminThreads threads;
    private final Semaphore atWork = new Semaphore(AT_WORK, true);
    private final Doorman doorman;
    private final AuditLog audit;
    private final AnswerWriter writer;
    private final Object changes = new Object();
    private volatile boolean openMetrics;

    /**
     * Makes the server and takes its port.
     *
     * @param sources what the API tells about
     * @throws IOException with the key and what is wrong, when the port is taken or a file cannot be used
     */
    public AdminServer(AdminConfig config, AdminApi api, AdminSources sources) throws IOException {
        this(config, api, sources, AdminThreads.REQUEST);
    }

    /** As above, with the time a client may take for its request. */
    AdminServer(AdminConfig config, AdminApi api, AdminSources sources, Duration request) throws IOException {
        this.config = config;
        this.api = api;
        this.overrides = sources.overrides();
        this.openMetrics = config.openMetrics();
        this.server = AdminListener.listen(config, QUEUE);
        try {
            this.audit = new AuditLog(config.audit(), sources.wallClock(), sources.clock(), sources.metrics());
        } catch (IOException e) {
            server.stop(0);
            throw e;
        }
        this.doorman = new Doorman(config, sources.clock(), sources.metrics());
        this.threads = new AdminThreads(request, QUEUE, sources.clock(), sources.metrics());
        this.writer = new AnswerWriter(config, sources.metrics());
        server.setExecutor(threads);
        server.createContext("/", this::handle);
    }

    /** Starts answering. */
    public void start() {
        if (!config.loopback() && (config.open() || !config.tls().on())) {
            log.warn(
                    "admin.insecure: at {} {}",
                    AdminConfig.text(address()),
                    config.open()
                            ? "whoever reaches it may read and change everything"
                            : "whoever is on the way can read the tokens");
        }
        api.start();
        server.start();
    }

    /**
     * Takes over who may come and under which names, if nothing else has changed; returns whether that was so. Any
     * thread.
     */
    public boolean use(AdminConfig changed) {
        if (!config.sameButForAccess(changed)) {
            return false;
        }
        doorman.use(changed);
        openMetrics = changed.openMetrics();
        return true;
    }

    /** Returns the address listened on, with the port the system chose where the configuration says 0. */
    public InetSocketAddress address() {
        return new InetSocketAddress(
                config.listen().getHostString(), server.getAddress().getPort());
    }

    /** Stops answering. */
    @Override
    public void close() throws IOException {
        api.close();
        server.stop(0);
        writer.close();
        threads.close();
        audit.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        Visit visit = Visit.of(exchange);
        AdminApi.Answer file = page.answer(visit.method(), visit.path(), visit.header("If-None-Match"));
        if (file != null) {
            threads.allow(ANSWER);
            writer.write(exchange, file);
            return;
        }
        Verdict verdict = doorman.admit(visit, needed(visit));
        AdminApi.Answer answer = answer(exchange, visit, verdict);
        verdict.headers().forEach(exchange.getResponseHeaders()::set);
        writer.write(exchange, answer);
    }

    private Role needed(Visit visit) {
        return openMetrics && visit.path().equals("/metrics") && !visit.writes()
                ? Role.NONE
                : api.requiredRole(visit.method(), visit.path());
    }

    private AdminApi.Answer answer(HttpExchange exchange, Visit visit, Verdict verdict) throws IOException {
        AdminApi.Answer refusal = verdict.refusal();
        boolean audited = visit.writes() && verdict.caller().role() != Role.NONE;
        byte[] content = audited ? exchange.getRequestBody().readNBytes(MOST_BODY + 1) : new byte[0];
        threads.allow(ANSWER);
        if (refusal == null && content.length > MOST_BODY) {
            refusal = AdminApi.Answer.problem(413, "Too large", "body: more than " + MOST_BODY + " bytes");
        }
        if (!audited) {
            return refusal == null ? ask(visit, content) : refusal;
        }
        if (refusal != null) {
            audit.write(visit, verdict.caller(), content, refusal, AuditLog.Change.UNKNOWN);
            return refusal;
        }
        synchronized (changes) { // one after the other, so that each is told what it changed itself
            Overrides before = overrides.current();
            AdminApi.Answer answer = ask(visit, content);
            AuditLog.Change change = OverrideDifference.between(before, overrides.current());
            audit.write(visit, verdict.caller(), content, answer, change);
            return answer;
        }
    }

    private AdminApi.Answer ask(Visit visit, byte[] content) {
        try {
            if (!atWork.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS)) {
                return AdminApi.Answer.problem(503, "Busy", "others ask so much that there was no time for this");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return AdminApi.Answer.problem(503, "Stopping", "this node is going away");
        }
        try {
            return api.answer(
                    visit.method(),
                    visit.path(),
                    visit.query(),
                    content,
                    name -> visit.headers().getFirst(name));
        } finally {
            atWork.release();
        }
    }
}
