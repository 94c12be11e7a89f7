package io.grouter.overrides;

/** Is told of each override that begins or ends. Called by whoever caused it; must return at once and not throw. */
public interface OverrideListener {
    /** An override began or ended on this node. */
    void onOverride(OverrideChange change);
}
