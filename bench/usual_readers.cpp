#include "usual_readers.hpp"

#include <nlohmann/json.hpp>
#include <simdjson.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace acts::bench {
namespace {

// Calls take(line) for every line, updates before the snapshot behind it, as the documented procedure has it.
template <typename Take>
void in_documented_order(const RecordedDepth& depth, Take take) {
  std::size_t snapshot = 0;
  while (!depth.lines[snapshot].is_snapshot) ++snapshot;
  take(depth.lines[snapshot]);
  for (std::size_t i = 0; i < depth.lines.size(); ++i) {
    if (i != snapshot) take(depth.lines[i]);
  }
}

template <typename Levels>
void set_levels(simdjson::ondemand::array array, Levels& out) {
  for (simdjson::ondemand::array level : array) {
    auto value = level.begin();
    const std::int64_t price = parse_e8((*value).get_string());
    ++value;
    MapBook::set(out, price, parse_e8((*value).get_string()));
  }
}

void take_line(simdjson::ondemand::parser& parser, const DepthLine& line, MapBook& book) {
  const simdjson::padded_string_view text(line.json, line.json.size() + simdjson::SIMDJSON_PADDING);
  simdjson::ondemand::document document = parser.iterate(text);
  if (line.is_snapshot) {
    book.last_id = document["lastUpdateId"].get_int64();
    set_levels(document["bids"].get_array(), book.bids);
    set_levels(document["asks"].get_array(), book.asks);
    return;
  }
  simdjson::ondemand::object data = document["data"];
  const std::int64_t first = data["U"].get_int64();
  const std::int64_t last = data["u"].get_int64();
  std::int64_t previous = 0;
  if (book.venue == Venue::kBinanceUsdm) previous = data["pu"].get_int64();
  if (!book.begin_update(first, last, previous)) return;
  set_levels(data["b"].get_array(), book.bids);
  set_levels(data["a"].get_array(), book.asks);
}

template <typename Levels>
void set_levels(const nlohmann::json& array, Levels& out) {
  for (const nlohmann::json& level : array) {
    MapBook::set(out, parse_e8(level[0].get_ref<const std::string&>()),
                 parse_e8(level[1].get_ref<const std::string&>()));
  }
}

void take_line(const DepthLine& line, MapBook& book) {
  const nlohmann::json document = nlohmann::json::parse(line.json);
  if (line.is_snapshot) {
    book.last_id = document["lastUpdateId"].get<std::int64_t>();
    set_levels(document["bids"], book.bids);
    set_levels(document["asks"], book.asks);
    return;
  }
  const nlohmann::json& data = document["data"];
  const std::int64_t previous = book.venue == Venue::kBinanceUsdm ? data["pu"].get<std::int64_t>() : 0;
  if (!book.begin_update(data["U"].get<std::int64_t>(), data["u"].get<std::int64_t>(), previous)) return;
  set_levels(data["b"], book.bids);
  set_levels(data["a"], book.asks);
}

}  // namespace

struct SimdjsonReader::Parser {
  simdjson::ondemand::parser of;
};

SimdjsonReader::SimdjsonReader() : parser_(std::make_unique<Parser>()) {}
SimdjsonReader::~SimdjsonReader() = default;

void SimdjsonReader::take_all(const RecordedDepth& depth, MapBook& book) {
  in_documented_order(depth, [&](const DepthLine& line) { take_line(parser_->of, line, book); });
}

void NlohmannReader::take_all(const RecordedDepth& depth, MapBook& book) {
  in_documented_order(depth, [&](const DepthLine& line) { take_line(line, book); });
}

}  // namespace acts::bench
