package millrace.connect;

/** Marks the classes that stand in the place of Debezium's of the same name. */
public interface ReplacesDebezium {
}
