package io.grouter.admin;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.lang.management.OperatingSystemMXBean;
import java.lang.management.RuntimeMXBean;
import java.time.Duration;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;

/**
 * The process as text: Java, machine, memory, and what every thread does. Says nothing of arguments, properties and the
 * environment, which may hold secrets. Bounded in length.
 */
final class ThreadDump {
    private static final int MOST_CHARACTERS = 2 << 20;
    private static final int MOST_FRAMES = 60;

    private ThreadDump() {}

    static String text() {
        StringBuilder text = new StringBuilder(16_384);
        facts(text);
        Thread.getAllStackTraces().entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<Thread, StackTraceElement[]> each) ->
                        each.getKey().getName()))
                .forEach(each -> {
                    if (text.length() < MOST_CHARACTERS) {
                        thread(text, each.getKey(), each.getValue());
                    }
                });
        if (text.length() >= MOST_CHARACTERS) {
            text.append("... and more threads\n");
        }
        return text.toString();
    }

    private static void facts(StringBuilder text) {
        RuntimeMXBean runtime = ManagementFactory.getRuntimeMXBean();
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        text.append(String.format(
                Locale.ROOT, "java: %s %s, %s\n", runtime.getVmName(), runtime.getVmVersion(), runtime.getVmVendor()));
        text.append(String.format(
                Locale.ROOT,
                "system: %s %s, %s, %d processors, load %.2f\n",
                system.getName(),
                system.getVersion(),
                system.getArch(),
                system.getAvailableProcessors(),
                system.getSystemLoadAverage()));
        text.append(String.format(Locale.ROOT, "heap: %d of %d MiB used\n", heap.getUsed() >> 20, heap.getMax() >> 20));
        ManagementFactory.getGarbageCollectorMXBeans()
                .forEach(collector -> text.append(String.format(
                        Locale.ROOT,
                        "collector: %s, %d times, %d ms in all\n",
                        collector.getName(),
                        collector.getCollectionCount(),
                        collector.getCollectionTime())));
        text.append("up: ").append(Duration.ofMillis(runtime.getUptime())).append("\n\n");
    }

    private static void thread(StringBuilder text, Thread thread, StackTraceElement[] frames) {
        text.append('"')
                .append(thread.getName())
                .append("\" ")
                .append(thread.getState())
                .append('\n');
        for (int i = 0; i < Math.min(frames.length, MOST_FRAMES); i++) {
            text.append("    at ").append(frames[i]).append('\n');
        }
        text.append('\n');
    }
}
