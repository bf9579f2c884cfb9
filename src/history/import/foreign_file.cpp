#include "history/import/foreign_file.hpp"

#include <fmt/format.h>

#include <algorithm>

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

// "[{", whatever blanks there are.
bool is_array_of_objects(std::string_view head) {
  const std::string_view array = without_blanks(head);
  return array.starts_with('[') && without_blanks(array.substr(1)).starts_with('{');
}

}  // namespace

std::string foreign_advice(std::string_view path, std::string_view head) {
  const std::string_view line = first_line_of(head);
  if (is_array_of_objects(head)) {
    return fmt::format(
        "{}: it is a JSON array of objects, as ccxt has trades: those whose info is Binance's aggregated trade (a, p, "
        "q, f, l, T, m) are taken; make CSV of others, and name their fields with --format csv --kind trades --map "
        "trade_id=id,ts_event=timestamp,…",
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
