import { useEffect, useRef } from "react";
import type { ShownBox } from "../domain/boxes";
import type { Playback } from "./playback";

/** What is written at a box, and whether it is somebody's name. */
export interface BoxLabel {
  text: string;
  known: boolean;
}

const EDGE = 2;
const FONT = '500 13px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif';

/**
 * Boxes over the presented picture: solid where they were measured in it, dashed while they are held.
 * White with a black edge, which shows on every picture and gives it no tint.
 */
export function Overlay({
  playback,
  boxesAt,
  labelOf,
}: {
  playback: Playback;
  boxesAt: (pts: number, frame: number) => readonly ShownBox[];
  labelOf: (box: ShownBox) => BoxLabel;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const { pictures, video } = playback;
    const element = canvas.current;
    if (pictures === undefined || element === null) return;
    const draw = () => {
      const context = element.getContext("2d");
      const { picture } = pictures.shown.get();
      if (context === null) return;
      const { width, height } = fitted(element);
      context.clearRect(0, 0, width, height);
      if (picture === undefined || video.videoWidth === 0) return;
      const place = placeOf(video.videoWidth, video.videoHeight, width, height);
      for (const box of boxesAt(picture.pts, picture.frame)) drawBox(context, place, box, labelOf(box));
    };
    draw();
    const leave = pictures.shown.subscribe(draw);
    const observer = new ResizeObserver(draw);
    observer.observe(element);
    return () => {
      leave();
      observer.disconnect();
    };
  }, [playback, boxesAt, labelOf]);
  return <canvas ref={canvas} className="player-overlay" data-overlay="" />;
}

interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Gives a canvas as many pixels as the screen has in its place; returns its size in CSS pixels. */
export function fitted(canvas: HTMLCanvasElement): { width: number; height: number } {
  const { clientWidth: width, clientHeight: height } = canvas;
  const scale = window.devicePixelRatio || 1;
  const [across, down] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== across || canvas.height !== down) {
    canvas.width = across;
    canvas.height = down;
  }
  canvas.getContext("2d")?.setTransform(scale, 0, 0, scale, 0, 0);
  return { width, height };
}

/** Where the picture lies in its element, which may have another shape. */
function placeOf(pictureWidth: number, pictureHeight: number, width: number, height: number): Place {
  const scale = Math.min(width / pictureWidth, height / pictureHeight);
  const [across, down] = [pictureWidth * scale, pictureHeight * scale];
  return { x: (width - across) / 2, y: (height - down) / 2, width: across, height: down };
}

function drawBox(context: CanvasRenderingContext2D, place: Place, { box, held }: ShownBox, label: BoxLabel): void {
  const [x, y] = [place.x + box.x * place.width, place.y + box.y * place.height];
  const [width, height] = [box.width * place.width, box.height * place.height];
  context.setLineDash(held ? [6, 4] : []);
  context.lineWidth = EDGE + 2;
  context.strokeStyle = "rgb(0 0 0 / 0.75)";
  context.strokeRect(x, y, width, height);
  context.lineWidth = EDGE;
  context.strokeStyle = "rgb(255 255 255)";
  context.strokeRect(x, y, width, height);
  context.setLineDash([]);
  if (label.text === "") return;
  context.font = FONT;
  const text = shortened(context, label.text, Math.max(120, width));
  const wide = context.measureText(text).width + 10;
  const top = y >= 22 ? y - 22 : y + height + 2;
  context.fillStyle = label.known ? "rgb(255 255 255)" : "rgb(0 0 0 / 0.75)";
  context.fillRect(x - 1, top, wide, 20);
  context.fillStyle = label.known ? "rgb(0 0 0)" : "rgb(255 255 255)";
  context.textBaseline = "middle";
  context.fillText(text, x + 4, top + 10.5);
}

function shortened(context: CanvasRenderingContext2D, text: string, width: number): string {
  const plain = text.slice(0, 80);
  if (context.measureText(plain).width <= width) return plain;
  let length = plain.length;
  while (length > 1 && context.measureText(`${plain.slice(0, length)}…`).width > width) length -= 1;
  return `${plain.slice(0, length)}…`;
}
