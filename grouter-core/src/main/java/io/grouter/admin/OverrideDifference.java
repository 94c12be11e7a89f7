package io.grouter.admin;

import io.grouter.overrides.OperatorOverride;
import io.grouter.overrides.Overrides;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Tells for the audit log which overrides a change ended or replaced, and which it brought. */
final class OverrideDifference {
    private OverrideDifference() {}

    /** Returns the difference between two moments. */
    static AuditLog.Change between(Overrides before, Overrides after) {
        return before == after
                ? AuditLog.Change.UNKNOWN
                : new AuditLog.Change(without(before, after), without(after, before));
    }

    private static List<Map<String, Object>> without(Overrides all, Overrides others) {
        Set<OperatorOverride> known = new HashSet<>(others.all());
        return all.all().stream()
                .filter(each -> !known.contains(each))
                .map(each -> OverrideView.of(each, "site"))
                .toList();
    }
}
