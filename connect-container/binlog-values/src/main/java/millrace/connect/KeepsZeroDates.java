package millrace.connect;

/** Marks the classes that read zero dates from the log as texts. */
public interface KeepsZeroDates {
}
