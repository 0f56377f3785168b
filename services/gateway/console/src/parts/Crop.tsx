import { ImageOff } from "lucide-react";
import { useState } from "react";
import "./Crop.css";

/** A picture of the mesh in a place that keeps its size; says so where there is none. `alt` "" where words beside it say the same. */
export function Crop({
  src,
  alt,
  width,
  height,
  fit = "contain",
  eager = false,
}: {
  src: string | undefined;
  alt: string;
  /** CSS pixels; the place is kept while it loads. */
  width: number;
  height: number;
  fit?: "contain" | "cover";
  eager?: boolean;
}) {
  const [failed, setFailed] = useState<string>();
  const here = src !== undefined && src !== "" && failed !== src;
  return (
    <span className="crop" style={{ inlineSize: width, aspectRatio: `${width} / ${height}` }}>
      {here ? (
        <img
          src={src}
          alt={alt}
          loading={eager ? "eager" : "lazy"}
          decoding="async"
          style={{ objectFit: fit }}
          onError={() => setFailed(src)}
        />
      ) : (
        <ImageOff
          aria-label={alt || undefined}
          aria-hidden={alt === "" ? true : undefined}
          role={alt === "" ? undefined : "img"}
        />
      )}
    </span>
  );
}
