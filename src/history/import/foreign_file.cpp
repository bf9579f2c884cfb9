#include "history/import/foreign_file.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "history/import/json_walk.hpp"
#include "history/import/source_file.hpp"
#include "history/import/source_name.hpp"

namespace acts::history {
namespace {

bool is_all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "20201229 08:00:00,0.00046053"
bool is_margin_interest(std::string_view line) {
  constexpr std::size_t kDate = 8;
  constexpr std::size_t kTime = 17;
  return line.size() > kTime && is_all_digits(line.substr(0, kDate)) && line[kDate] == ' ' && line[kTime] == ',' &&
         std::ranges::count(line.substr(0, kTime), ':') == 2 && std::ranges::count(line, ',') == 1;
}

// Milliseconds, bid: open to close and size, ask: the same.
bool is_lean_quote(std::string_view path, std::string_view line) {
  return stem_of(path).ends_with("_quote") && std::ranges::count(line, ',') == 10 &&
         is_all_digits(line.substr(0, line.find(',')));
}

std::string_view without_blanks(std::string_view head) {
  head.remove_prefix(std::min(head.find_first_not_of(" \n\r\t"), head.size()));
  return head;
}

// "[[1565798399463,"126181329",null,"buy",0.019626,0.04,0.00078],": the first element of a JSON array, if that is an
// array; as much as `head` has of it.
std::string_view first_array_in(std::string_view head) {
  const std::string_view outer = without_blanks(head);
  if (!outer.starts_with('[')) return {};
  const std::string_view inner = without_blanks(outer.substr(1));
  return inner.starts_with('[') ? inner.substr(0, inner.find(']')) : std::string_view{};
}

// "[{", whatever blanks there are.
bool is_array_of_objects(std::string_view head) {
  const std::string_view array = without_blanks(head);
  return array.starts_with('[') && without_blanks(array.substr(1)).starts_with('{');
}

// What stands under "t" of a JSON object; as much as the line has of it.
class CaptureLineKind final : public JsonVisitor {
 public:
  std::string kind;

 private:
  void value(const JsonPlace& place, std::string_view text) override {
    if (place.path == "t") kind = text;
  }
  void end(const JsonPlace& /*place*/) override {}
};

// {"t":"recv","conn":…}: of a capture of cryptofeed, whose first line it is not.
bool is_capture_part(std::string_view line) {
  if (!line.starts_with('{')) return false;
  CaptureLineKind fields;
  static_cast<void>(walk_json(line, fields));
  return fields.kind == "recv" || fields.kind == "connect" || fields.kind == "send" || fields.kind == "http";
}

}  // namespace

bool is_trade_arrays(std::string_view head) {
  const std::string_view first = first_array_in(head);
  return first.contains(R"("buy")") || first.contains(R"("sell")");
}

std::string foreign_advice(std::string_view path, std::string_view head) {
  const std::string_view line = first_line_of(head);
  if (is_array_of_objects(head)) {
    return fmt::format(
        "{}: it is a JSON array of objects, as ccxt has trades: those whose info is Binance's aggregated trade (a, p, "
        "q, f, l, T, m) are taken; make CSV of others, and name their fields with --format csv --kind trades --map "
        "trade_id=id,ts_event=timestamp,…",
        path);
  }
  if (is_trade_arrays(head)) {
    return fmt::format(
        "{}: these are trades in a JSON array of arrays, as freqtrade keeps them: their prices are doubles, and what "
        "the venue sent is not in it: acts download --kind aggTrades has Binance's, and ccxt's trades are taken as "
        "objects, with their info",
        path);
  }
  if (is_capture_part(line)) {
    return fmt::format(
        "{}: it is a part of a capture of cryptofeed, without its header: put the capture's first line in front of it, "
        "and the connect lines of the connections in it",
        path);
  }
  if (is_lean_quote(path, line)) {
    return fmt::format(
        "{}: these are quotes of LEAN, candles of bid and ask, of which the catalog has no kind: its trade "
        "files are taken, with --format csv",
        path);
  }
  if (is_margin_interest(line)) {
    return fmt::format(
        "{}: these are rates of LEAN's margin_interest, which do not say for how many hours: acts "
        "download --kind fundingRate has them whole",
        path);
  }
  return {};
}

}  // namespace acts::history
