package io.grouter.admin;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Changes what is logged, for a while. Safe for all threads. */
final class LogLevelsApi {
    private static final Logger log = LoggerFactory.getLogger(LogLevelsApi.class);
    private static final Duration USUAL = Duration.ofMinutes(10);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_$][A-Za-z0-9_.$-]{0,199}");
    private static final int MOST_WHO = 100;

    private final LogLevels levels;
    private final LongSupplier clock;
    private final LongSupplier wallClock;

    LogLevelsApi(AdminSources sources) {
        this.levels = new LogLevels(sources.facts().logs());
        this.clock = sources.clock();
        this.wallClock = sources.wallClock();
    }

    List<Operation> operations() {
        return List.of(
                Operation.get("/v1/loglevels", List.of(), call -> list()),
                Operation.write("PUT", "/v1/loglevels", List.of(), this::set));
    }

    /** Ends what is over. */
    void tick() {
        levels.tick(clock.getAsLong());
    }

    private AdminApi.Answer list() {
        Map<String, Object> body = AdminApi.Answer.listed(
                "loglevels", levels.all().stream().map(LogLevelsApi::describe).toList());
        body.put("levels", LogLevels.LEVELS);
        body.put("capacity", LogLevels.MOST);
        return AdminApi.Answer.json(200, body);
    }

    private AdminApi.Answer set(Call call) {
        JsonBody body = JsonBody.read(call.body(), List.of("logger", "level", "for", "who"));
        String logger = body.required("logger");
        if (!NAME.matcher(logger).matches()) {
            throw new IllegalArgumentException(
                    "logger: \"" + logger + "\" (expected: a name such as io.grouter.gossip, or ROOT)");
        }
        String who = body.text("who");
        if (who != null && who.length() > MOST_WHO) {
            throw new IllegalArgumentException("who: " + who.length() + " characters (expected: <= " + MOST_WHO + ")");
        }
        if (body.isNull("level")) {
            levels.back(logger);
            log.info("log level of {} is what it was", logger);
            return AdminApi.Answer.json(200, Map.of("loglevel", describe(levels.of(logger))));
        }
        String level = body.required("level");
        if (!LogLevels.LEVELS.contains(level)) {
            throw new IllegalArgumentException(
                    "level: \"" + level + "\" (expected: " + String.join(", ", LogLevels.LEVELS) + ", or null)");
        }
        Duration given = body.duration("for");
        Duration time = given == null ? USUAL : given;
        if (time.isZero() || time.compareTo(LogLevels.LONGEST) > 0) {
            throw new IllegalArgumentException("for: " + time + " (expected: above 0, at most 24h)");
        }
        if (!levels.set(logger, level, time, who == null ? "" : who, clock.getAsLong(), wallClock.getAsLong())) {
            return AdminApi.Answer.problem(
                    409, "Too many", LogLevels.MOST + " loggers have a changed level; let one go back first");
        }
        log.info("log level of {} is {} for {}", logger, level, time);
        return AdminApi.Answer.json(200, Map.of("loglevel", describe(levels.of(logger))));
    }

    private static Map<String, Object> describe(LogLevels.Level level) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("logger", level.logger());
        body.put("level", level.level());
        body.put("before", level.before());
        Long until = level.untilMillis();
        body.put("until", until == null ? null : Instant.ofEpochMilli(until).toString());
        body.put("who", level.who());
        return body;
    }
}
