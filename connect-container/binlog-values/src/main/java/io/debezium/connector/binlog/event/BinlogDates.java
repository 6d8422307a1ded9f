package io.debezium.connector.binlog.event;

import com.github.shyiko.mysql.binlog.io.ByteArrayInputStream;
import io.debezium.config.CommonConnectorConfig.EventProcessingFailureHandlingMode;
import java.io.IOException;
import java.io.Serializable;

/**
 * Reads DATE and DATETIME from the log. A date whose year, month or day is zero, which {@code java.time} does not have and
 * Debezium (3.5.0) reads as null, becomes a text in the form of java.time's: {@code 2020-00-01}, {@code
 * 2020-00-01T10:00:00.5}. Every other one is left to Debezium.
 *
 * <p>The three other classes of this package have the names of Debezium's own, which have no other way to be replaced, and stand
 * before them on the class path: Connect sorts the jars of a plug-in by their names. {@link
 * millrace.connect.MysqlTextConverter} stops a connector that has Debezium's instead.
 */
final class BinlogDates {

    /** MySQL source documentation, "Date and Time Data Type Representation": 15 bits of year, 4 of month, 5 of day. */
    private static final int DATE_BYTES = 3;

    /** The same: 1 bit of sign, 17 of year * 13 + month, 5 of day, 5 of hour, 6 of minute, 6 of second. */
    private static final int DATETIME_BYTES = 5;

    private static final int MONTHS_PER_YEAR = 13;

    /** Before MySQL 5.6: the digits YYYYMMDDhhmmss as a number. */
    private static final int OLD_DATETIME_BYTES = 8;

    private BinlogDates() {
    }

    static Serializable date(ByteArrayInputStream log, EventProcessingFailureHandlingMode mode) throws IOException {
        byte[] bytes = log.read(DATE_BYTES);
        int packed = (int) littleEndian(bytes);
        int year = packed >> 9;
        int month = packed >> 5 & 15;
        int day = packed & 31;
        return isZero(year, month, day)
                ? dateText(year, month, day)
                : RowDeserializers.deserializeDate(new ByteArrayInputStream(bytes), mode);
    }

    /** {@code digits} are those of the fraction of a second, which the log has in pairs. */
    static Serializable datetime(int digits, ByteArrayInputStream log, EventProcessingFailureHandlingMode mode)
            throws IOException {
        int fractionBytes = (digits + 1) / 2;
        byte[] bytes = log.read(DATETIME_BYTES + fractionBytes);
        long packed = bigEndian(bytes, 0, DATETIME_BYTES);
        int yearAndMonth = (int) (packed >> 22) & 0x1ffff;
        int year = yearAndMonth / MONTHS_PER_YEAR;
        int month = yearAndMonth % MONTHS_PER_YEAR;
        int day = (int) (packed >> 17) & 31;
        if (!isZero(year, month, day)) {
            return RowDeserializers.deserializeDatetimeV2(digits, new ByteArrayInputStream(bytes), mode);
        }
        String text = dateText(year, month, day)
                + timeText((int) (packed >> 12) & 31, (int) (packed >> 6) & 63, (int) packed & 63);
        if (fractionBytes == 0) {
            return text;
        }
        long fraction = bigEndian(bytes, DATETIME_BYTES, fractionBytes);
        return text + String.format(".%0" + 2 * fractionBytes + "d", fraction);
    }

    static Serializable oldDatetime(ByteArrayInputStream log, EventProcessingFailureHandlingMode mode)
            throws IOException {
        byte[] bytes = log.read(OLD_DATETIME_BYTES);
        long digits = littleEndian(bytes);
        int date = (int) (digits / 1_000_000);
        int time = (int) (digits % 1_000_000);
        int year = date / 10_000;
        int month = date / 100 % 100;
        int day = date % 100;
        return isZero(year, month, day)
                ? dateText(year, month, day) + timeText(time / 10_000, time / 100 % 100, time % 100)
                : RowDeserializers.deserializeDatetime(new ByteArrayInputStream(bytes), mode);
    }

    private static boolean isZero(int year, int month, int day) {
        return year == 0 || month == 0 || day == 0;
    }

    private static String dateText(int year, int month, int day) {
        return String.format("%04d-%02d-%02d", year, month, day);
    }

    private static String timeText(int hour, int minute, int second) {
        return String.format("T%02d:%02d:%02d", hour, minute, second);
    }

    private static long littleEndian(byte[] bytes) {
        long value = 0;
        for (int index = bytes.length - 1; index >= 0; index--) {
            value = value << 8 | bytes[index] & 0xff;
        }
        return value;
    }

    private static long bigEndian(byte[] bytes, int from, int length) {
        long value = 0;
        for (int index = from; index < from + length; index++) {
            value = value << 8 | bytes[index] & 0xff;
        }
        return value;
    }
}
