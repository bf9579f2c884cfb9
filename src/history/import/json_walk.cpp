#include "history/import/json_walk.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <string>
#include <string_view>

namespace acts::history {
namespace {

class Walk final : public nlohmann::json::json_sax_t {
 public:
  explicit Walk(JsonVisitor& visitor) : visitor_(&visitor) {}

  bool null() override {
    visitor_->null(place());
    return step();
  }
  bool boolean(bool value) override { return tell(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { return tell(fmt::format_int(value).c_str()); }
  bool number_unsigned(number_unsigned_t value) override { return tell(fmt::format_int(value).c_str()); }
  bool number_float(number_float_t /*value*/, const string_t& digits) override { return tell(digits); }
  bool string(string_t& text) override { return tell(text); }
  bool binary(binary_t& /*bytes*/) override { return false; }
  bool start_object(std::size_t /*elements*/) override { return begin(false); }
  bool start_array(std::size_t /*elements*/) override { return begin(true); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }
  bool parse_error(std::size_t /*at*/, const std::string& /*token*/, const nlohmann::json::exception& /*e*/) override {
    return false;
  }
  bool key(string_t& name) override {
    path_.resize(open_[depth_ - 1].length);
    if (!path_.empty()) path_ += '.';
    append_name(name);
    return true;
  }

 private:
  struct Open {
    std::size_t length = 0;  // of its own path,
    std::size_t index = 0;   // and its place among the elements it is one of
    std::size_t next = 0;    // element of an array
    bool is_array = false;
  };

  void append_name(std::string_view name) {
    constexpr std::string_view kOfPaths = ".[\\";
    if (name.empty()) path_ += "\\e";
    if (name.find_first_of(kOfPaths) == std::string_view::npos) {
      path_ += name;
      return;
    }
    for (const char c : name) {
      if (kOfPaths.contains(c)) path_ += '\\';
      path_ += c;
    }
  }

  [[nodiscard]] JsonPlace place() const {
    const bool is_element = depth_ > 0 && open_[depth_ - 1].is_array;
    return {path_, is_element ? open_[depth_ - 1].next : 0};
  }
  bool step() {
    if (depth_ > 0) ++open_[depth_ - 1].next;
    return true;
  }
  bool tell(std::string_view text) {
    visitor_->value(place(), text);
    return step();
  }
  bool begin(bool is_array) {
    if (depth_ == kMostJsonDepth) return false;
    const std::size_t index = place().index;
    open_[depth_++] = {.length = path_.size(), .index = index, .next = 0, .is_array = is_array};
    if (is_array) path_ += "[]";
    return true;
  }
  bool end() {
    const Open& closed = open_[--depth_];
    path_.resize(closed.length);
    visitor_->end({path_, closed.index, closed.is_array});
    return step();
  }

  JsonVisitor* visitor_;
  std::string path_;
  std::array<Open, kMostJsonDepth> open_{};
  std::size_t depth_ = 0;
};

}  // namespace

bool walk_json(std::string_view text, JsonVisitor& visitor) {
  // The parser takes it for the end of the text.
  if (text.contains('\0')) return false;
  Walk walk(visitor);
  return nlohmann::json::sax_parse(text, &walk);
}

}  // namespace acts::history
