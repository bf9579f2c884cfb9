// The values of one JSON text in the order in which they stand, each with the place where it is, and none converted: a
// number keeps its digits. In bounded memory, whatever the text is. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace acts::history {

// Where a value is: names with points between them, "[]" behind that of an array whose elements it is of
// ("data[].asks[][]", of the root ""). Two places never have one path: in names stands "\." for a point, "\[" for a
// bracket, "\\" for a backslash, and "\e" is the empty one.
struct JsonPlace {
  std::string_view path;
  std::size_t index = 0;  // which element of its array, from 0; of a member 0
  bool is_array = false;  // of end(): no object
};

class JsonVisitor {
 public:
  virtual ~JsonVisitor() = default;
  // A text without its escapes, a number as it stands there, "true", "false". Valid during the call.
  virtual void value(const JsonPlace& place, std::string_view text) = 0;
  virtual void null(const JsonPlace& /*place*/) {}
  // Behind all of an object or array.
  virtual void end(const JsonPlace& place) = 0;
};

inline constexpr std::size_t kMostJsonDepth = 16;

// False: it is no JSON (RFC 8259, UTF-8), or nests deeper than that; what stands before has been told.
bool walk_json(std::string_view text, JsonVisitor& visitor);

}  // namespace acts::history
