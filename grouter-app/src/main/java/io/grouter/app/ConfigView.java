package io.grouter.app;

import io.grouter.route.SiteId;
import java.lang.reflect.RecordComponent;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The configuration in effect as names and values, as the file would say it; secrets are masked. */
final class ConfigView {
    private static final Set<String> SECRETS = Set.of("password", "signingKey");
    private static final String MASK = "***";

    private ConfigView() {}

    /** Returns a section, ready to be written as JSON. */
    static Map<String, Object> of(Record section) {
        Map<String, Object> view = new LinkedHashMap<>();
        for (RecordComponent component : section.getClass().getRecordComponents()) {
            try {
                component.getAccessor().setAccessible(true);
                Object value = component.getAccessor().invoke(section);
                boolean secret = SECRETS.contains(component.getName()) && !"".equals(value);
                view.put(component.getName(), secret ? MASK : value(value));
            } catch (ReflectiveOperationException e) {
                throw new IllegalStateException("cannot read " + component, e);
            }
        }
        return view;
    }

    private static Object value(Object value) {
        if (value instanceof SiteId site) {
            return site.name();
        } else if (value instanceof Record section) {
            return of(section);
        } else if (value instanceof List<?> list) {
            return list.stream().map(ConfigView::value).toList();
        } else if (value instanceof Duration duration) {
            return text(duration);
        } else if (value instanceof InetSocketAddress address) {
            return Addresses.text(address);
        } else if (value instanceof Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
        } else if (value instanceof Number || value instanceof Boolean) {
            return value;
        }
        return String.valueOf(value);
    }

    private static String text(Duration duration) {
        long millis = duration.toMillis();
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }
}
