package io.grouter.app;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals from the operating system. Java has no other way to hear of a second one than a class that every JDK has but no
 * standard names, so it is looked up; where it is missing, signals end the process as the JVM sees fit.
 */
final class Signals {
    private static final Logger log = LoggerFactory.getLogger(Signals.class);

    private Signals() {}

    /** Runs an action, on a thread of the JVM's, each time a signal such as {@code TERM} comes. */
    static void on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object made = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            action.run();
                        }
                        return null;
                    });
            Method handle = signal.getMethod("handle", signal, handler);
            handle.invoke(null, signal.getConstructor(String.class).newInstance(name), made);
        } catch (ReflectiveOperationException e) {
            log.warn("signal {} cannot be heard: {}", name, e.toString());
        }
    }
}
